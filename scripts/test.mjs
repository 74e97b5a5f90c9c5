/** `npm test`: runs all tests. `npm run test:e2e -- ARGUMENTS`: runs only the end-to-end tests, with arguments for Playwright. */
import { install } from "./install.mjs";
import { runAll } from "./run.mjs";

const [suite, ...args] = process.argv.slice(2);
await install({ dev: true });
if (suite === undefined) {
  await import("./check.mjs");
  await runAll([["the bench's scenarios", "vitest", "run", "bench/hub/scenarios.test.ts"]]);
}
await runAll([
  ["production build", process.execPath, "scripts/build.mjs"],
  ["standalone build", process.execPath, "scripts/build.mjs", "--standalone"],
]);
const { findChromium } = await import("./chromium.mjs");
// The browser is found here once. Playwright's configuration reads its path from the variable.
process.env.CHROMIUM_PATH = await findChromium();
// The requested tests may all be in one of the two projects.
const asked = args.length > 0 ? [...args, "--pass-with-no-tests"] : [];
await runAll([
  [
    "end-to-end tests, two at a time",
    "playwright",
    "test",
    "--project=together",
    "--workers=2",
    ...asked,
  ],
  ["end-to-end tests, one at a time", "playwright", "test", "--project=alone", ...asked],
]);
