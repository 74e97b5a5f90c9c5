/**
 * Makes sure that there is a Chromium for the tests: the system's, Playwright's own download, or,
 * as root on Debian, its package. Ends with exit code 1 and the commands to try if none is to be had.
 */
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { BROWSER_ARGS, systemChromium } from "./chromium.mjs";
import { run } from "./run.mjs";

const isRoot = process.getuid?.() === 0;
const isDebian = existsSync("/usr/bin/apt-get");

/** Whether it really starts: a download may lack the system's libraries. @returns {Promise<string | undefined>} its version */
async function launches() {
  try {
    const executablePath = systemChromium();
    const browser = await chromium.launch({
      ...(executablePath ? { executablePath } : {}),
      args: BROWSER_ARGS,
    });
    const version = browser.version();
    await browser.close();
    return version;
  } catch (error) {
    lastError = error;
    return undefined;
  }
}

/** @type {unknown} */
let lastError;
let version = await launches();
if (!version && !systemChromium()) {
  const withLibraries = isRoot && isDebian ? ["--with-deps"] : [];
  await run("Playwright's Chromium", ["playwright", "install", ...withLibraries, "chromium"]);
  version = await launches();
}
if (!version && isRoot && isDebian) {
  await run("package lists", ["apt-get", "update"]);
  await run("Debian's Chromium", ["apt-get", "install", "-y", "chromium"], {
    DEBIAN_FRONTEND: "noninteractive",
  });
  version = await launches();
}
if (!version) {
  process.stderr.write(
    `\nrunnel: no Chromium starts here (${String(lastError).split("\n")[0]}).\n` +
      "Any of these gives one: `npx playwright install --with-deps chromium`, `sudo apt-get install chromium`,\n" +
      "or CHROMIUM_PATH=/path/to/chromium npm test\n",
  );
  process.exit(1);
}
process.stdout.write(`Chromium ${version}\n`);
