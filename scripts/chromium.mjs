import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { fail, run } from "./run.mjs";

/** Where systems keep a Chromium or a Chrome of their own. */
const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const isRoot = process.getuid?.() === 0;

/** Root has no sandbox; the rest keeps the browser from talking to anybody but the tests' servers. */
export const BROWSER_ARGS = [
  ...(isRoot ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser to use without looking whether it starts: CHROMIUM_PATH, the system's, or Playwright's own (undefined). */
export function likelyChromium() {
  return process.env.CHROMIUM_PATH || SYSTEM.find((path) => existsSync(path));
}

/** Why it does not start; undefined: it does. What is there may be a stub, or lack libraries. @param {string} path */
async function whyNot(path) {
  if (!existsSync(path)) return `nothing is at ${path}`;
  try {
    const browser = await chromium.launch({ executablePath: path, args: BROWSER_ARGS });
    process.stdout.write(`\n— Chromium ${browser.version()}, ${path}\n`);
    await browser.close();
    return undefined;
  } catch (error) {
    return String(error).split("\n")[0];
  }
}

/** @param {string[]} paths @returns {Promise<string | undefined>} the first that starts */
async function firstThatStarts(paths) {
  for (const path of paths) {
    if (existsSync(path) && (await whyNot(path)) === undefined) return path;
  }
  return undefined;
}

/**
 * A Chromium that starts: CHROMIUM_PATH and no other if it is set; else the system's, Playwright's own download or, as root on Debian,
 * its package, got if need be. Ends the process, with what to do, where none is to be had.
 * @returns {Promise<string>} its path
 */
export async function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    const problem = await whyNot(chosen);
    return problem === undefined ? chosen : fail(`CHROMIUM_PATH does not start: ${problem}`);
  }
  const candidates = [...SYSTEM, chromium.executablePath()];
  const there = await firstThatStarts(candidates);
  if (there) return there;
  const isDebian = existsSync("/usr/bin/apt-get");
  const withLibraries = isRoot && isDebian ? ["--with-deps"] : [];
  await run("playwright", ["install", ...withLibraries, "chromium"]);
  const downloaded = await firstThatStarts([chromium.executablePath()]);
  if (downloaded) return downloaded;
  if (isRoot && isDebian) {
    await run("apt-get", ["update"]);
    await run("apt-get", ["install", "-y", "chromium"], { DEBIAN_FRONTEND: "noninteractive" });
    const installed = await firstThatStarts(candidates);
    if (installed) return installed;
  }
  return fail(
    "no Chromium starts here. Any of these gives one: `npx playwright install --with-deps chromium`, " +
      "`sudo apt-get install chromium`, or CHROMIUM_PATH=/path/to/chromium npm test",
  );
}
