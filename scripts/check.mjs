/** `npm run check`: format, lint, types and unit tests. */
import { install } from "./install.mjs";
import { runAll } from "./run.mjs";

await install({ dev: true });
await runAll([
  ["format and lint", "biome", "ci", "."],
  // Next writes the types of its own files and of the app's routes at a build, or when asked.
  ["Next's types", "next", "typegen"],
  // Those are no sources for which an incremental check looks again.
  ["types", "tsc", "--noEmit", "--incremental", "false"],
  // Those of the bench's scenarios start a dozen servers: `npm test` runs them.
  ["unit tests", "vitest", "run", "--exclude", "bench/hub/scenarios.test.ts"],
]);
