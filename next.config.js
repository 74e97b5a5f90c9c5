const standalone = process.env.RUNNEL_STANDALONE === "1";

// The Content-Security-Policy is not here: it has a new nonce in each response, so page-policies.ts makes it.
const SECURITY_HEADERS = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cross-Origin-Opener-Policy": "same-origin",
}).map(([key, value]) => ({ key, value }));

/** @type {import("next").NextConfig} */
export default {
  // The standalone build has a folder of its own, so that it does not overwrite the other build.
  ...(standalone ? { output: "standalone", distDir: "build" } : {}),
  // lmdb has native code, so it is loaded and not bundled.
  serverExternalPackages: ["lmdb"],
  // Files of the launcher, and packages that lmdb loads under computed names. Next finds only the files that the server imports.
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
  // `npm run check` checks the types, also those of the tests. So starting the app does not wait for a type check.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  agentRules: false,
  reactStrictMode: true,
  // Next's image optimizer requests an address of the app inside the process, without a socket. A request for a stream would never end.
  images: { unoptimized: true },
  experimental: {
    // Next reads up to this size of a form that is posted to any page, even without a server action. Anybody can post one.
    serverActions: { bodySizeLimit: "16kb" },
    // The same limit for requests that go through proxy.ts.
    proxyClientMaxBodySize: 16_384,
  },
  headers: async () => [
    { source: "/:path*", headers: SECURITY_HEADERS },
    // Source: Mercure, section Hub Discovery.
    { source: "/", headers: [{ key: "Link", value: '</.well-known/mercure>; rel="mercure"' }] },
  ],
};
