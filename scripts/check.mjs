/** `npm run check`: format, lint, types and unit tests; seconds. */
import { existsSync } from "node:fs";
import { install } from "../launch.mjs";
import { runAll } from "./run.mjs";

await install({ dev: true });
await runAll([
  ["format and lint", ["biome", "ci", "."]],
  // Next writes the types of its own files, such as style sheets, at a build or when asked.
  ...(existsSync("next-env.d.ts") ? [] : [typegen()]),
  ["types", ["tsc", "--noEmit"]],
  ["unit tests", ["vitest", "run"]],
]);

/** @returns {[string, string[]]} */
function typegen() {
  return ["Next's types", ["next", "typegen"]];
}
