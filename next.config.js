const standalone = process.env.RUNNEL_STANDALONE === "1";

// The Content-Security-Policy has a nonce for each answer, so it is made in proxy.ts.
const SECURITY_HEADERS = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cross-Origin-Opener-Policy": "same-origin",
}).map(([key, value]) => ({ key, value }));

/** @type {import("next").NextConfig} */
export default {
  // A folder of its own, so that building one leaves the other as it is.
  ...(standalone ? { output: "standalone", distDir: "build" } : {}),
  // What the launcher needs; Next traces only what the server imports.
  outputFileTracingIncludes: { "/*": ["launch.mjs", "env.mjs", "node_modules/zod/**/*.js"] },
  // `npm run check` checks them, tests and all; whoever starts the app waits for no types.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  agentRules: false,
  reactStrictMode: true,
  headers: async () => [{ source: "/:path*", headers: SECURITY_HEADERS }],
};
