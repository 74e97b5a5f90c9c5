/** `npm run check`: format, lint, types and unit tests; seconds. */
import { install } from "./install.mjs";
import { runAll } from "./run.mjs";

await install({ dev: true });
await runAll([
  ["format and lint", "biome", "ci", "."],
  // Next writes the types of its own files and of the app's routes at a build, or when asked.
  ["Next's types", "next", "typegen"],
  // Those are no sources for which an incremental check looks again.
  ["types", "tsc", "--noEmit", "--incremental", "false"],
  ["unit tests", "vitest", "run"],
]);
