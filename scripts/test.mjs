/** `npm test`: everything. `npm run test:e2e -- ARGUMENTS`: the browser tests alone, with arguments for Playwright. */
import { install } from "../launch.mjs";
import { runAll } from "./run.mjs";

const [suite, ...args] = process.argv.slice(2);
await install({ dev: true });
if (suite === undefined) await runAll([["check", [process.execPath, "scripts/check.mjs"]]]);
await runAll([
  ["production build", [process.execPath, "launch.mjs", "build"]],
  ["standalone build", [process.execPath, "launch.mjs", "build", "--standalone"]],
  ["a browser", [process.execPath, "scripts/browser.mjs"]],
  ["end-to-end tests", ["playwright", "test", ...args]],
]);
