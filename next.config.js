const standalone = process.env.RUNNEL_STANDALONE === "1";

// The Content-Security-Policy has a nonce for each answer, so page-policies.ts makes it.
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
  // Native code, which is loaded and not bundled.
  serverExternalPackages: ["lmdb"],
  // What the launcher needs, and what lmdb loads by a name that it puts together; Next traces only what the server imports.
  outputFileTracingIncludes: {
    "/*": [
      "scripts/launch.mjs",
      "server/entrance.mjs",
      "server/env/*.mjs",
      "node_modules/zod/**/*.js",
      "node_modules/{lmdb,msgpackr,ordered-binary,weak-lru-cache}/**/*.{js,cjs,json}",
      "node_modules/{@harperfast/extended-iterable,node-gyp-build-optional-packages,detect-libc}/**/*.{js,cjs,json}",
      "node_modules/@lmdb/*/**",
    ],
  },
  // `npm run check` checks them, tests and all; whoever starts the app waits for no types.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  agentRules: false,
  reactStrictMode: true,
  // Next's image optimizer asks for an address of the app inside the process, without a socket: a stream there would never end.
  images: { unoptimized: true },
  experimental: {
    // Next reads that much of a form that anybody posts to any page, with an action or without.
    serverActions: { bodySizeLimit: "16kb" },
    // The same for proxy.ts, where it runs.
    proxyClientMaxBodySize: 16_384,
  },
  headers: async () => [
    { source: "/:path*", headers: SECURITY_HEADERS },
    // Source: Mercure, section Hub Discovery.
    { source: "/", headers: [{ key: "Link", value: '</.well-known/mercure>; rel="mercure"' }] },
  ],
};
