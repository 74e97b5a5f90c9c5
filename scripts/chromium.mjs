import { accessSync, constants } from "node:fs";

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

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The system's Chromium: CHROMIUM_PATH, or the first that is found.
 * @returns {string | undefined} undefined: there is none, Playwright's own download is the next choice
 * @throws {Error} if CHROMIUM_PATH names nothing that runs
 */
export function systemChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (!chosen) return SYSTEM.find(isExecutable);
  if (isExecutable(chosen)) return chosen;
  throw new Error(`CHROMIUM_PATH is ${JSON.stringify(chosen)}, but no program is there`);
}

/** Root has no sandbox; the rest keeps the browser from talking to anybody but the tests' servers. */
export const BROWSER_ARGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
