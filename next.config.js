const standalone = process.env.RUNNEL_STANDALONE === "1";

/** @type {import("next").NextConfig} */
export default {
  // A folder of its own, so that building one leaves the other as it is.
  ...(standalone ? { output: "standalone", distDir: "build" } : {}),
  // What the launcher needs; Next traces only what the server imports.
  outputFileTracingIncludes: { "/*": ["launch.mjs", "env.mjs", "node_modules/zod/**/*.js"] },
  // `npm run check` checks them, tests and all; whoever starts the app waits for no types.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  compress: false,
  agentRules: false,
};
