/** `npm run check`: format, lint, types and unit tests. */
import { install } from "./install.mjs";
import { runAll } from "./run.mjs";

await install({ dev: true });
await runAll([
  ["format and lint", "biome", "ci", "."],
  // Next writes the types of its own files and of the app's routes at a build, or with this command.
  ["Next's types", "next", "typegen"],
  // An incremental check would not notice changes of Next's types.
  ["types", "tsc", "--noEmit", "--incremental", "false"],
  // The tests of the bench's scenarios start a dozen servers, so only `npm test` runs them.
  ["unit tests", "vitest", "run", "--exclude", "bench/hub/scenarios.test.ts"],
]);
