/** `npm run check`: format, lint, types and unit tests; seconds. */
import { existsSync } from "node:fs";
import { install } from "./install.mjs";
import { runAll } from "./run.mjs";

await install({ dev: true });
// Next writes the types of its own files, such as style sheets, at a build or when asked.
if (!existsSync("next-env.d.ts")) await runAll([["Next's types", "next", "typegen"]]);
await runAll([
  ["format and lint", "biome", "ci", "."],
  ["types", "tsc", "--noEmit"],
  ["unit tests", "vitest", "run"],
]);
