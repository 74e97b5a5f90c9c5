import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { fail, run } from "./run.mjs";

/** The paths at which systems install Chromium or Chrome. */
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

/** The browser's arguments. The sandbox does not work for root. The others stop the browser from contacting other servers than the tests'. */
export const BROWSER_ARGS = [
  ...(isRoot ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Returns a browser without checking that it starts: CHROMIUM_PATH, or the system's; undefined: Playwright's own. */
export function likelyChromium() {
  return process.env.CHROMIUM_PATH || SYSTEM.find((path) => existsSync(path));
}

/** Returns the reason why the browser does not start (a stub, missing libraries); undefined: it starts. @param {string} path */
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

/** @param {string[]} paths @returns {Promise<string | undefined>} the first path at which the browser starts */
async function firstThatStarts(paths) {
  for (const path of paths) {
    if (existsSync(path) && (await whyNot(path)) === undefined) return path;
  }
  return undefined;
}

/**
 * Finds a Chromium that starts. If CHROMIUM_PATH is set, only that one is tried. Otherwise it is the system's, Playwright's download or,
 * for root on Debian, its package. The last two are installed if needed. If none starts, it ends the process and prints what to do.
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
