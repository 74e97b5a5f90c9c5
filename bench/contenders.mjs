import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {import("./server.mjs").Program} Program */

/** @param {string} path */
export const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The contender that all ratios refer to. */
export const BASELINE = "node:http";

/**
 * Returns Node's arguments for the app in that folder, in production, as `npm start` runs it there.
 * @param {string} folder
 */
export const startOf = (folder) =>
  // Removes the program, which is node, and makes the launcher's path absolute, so that it runs from any folder.
  /** @type {string[]} */ (
    JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      .scripts.start.replace(/\S*launch\.mjs/, (/** @type {string} */ launcher) =>
        join(folder, launcher),
      )
      .split(" ")
      .slice(1)
  );

/** This app, in production, as `npm start` runs it. @type {Program} */
export const RUNNEL = {
  name: "Runnel",
  path: "/api/stream",
  args: startOf(fromRoot("")),
  // No contender logs a line for each connection.
  env: { LOG_LEVEL: "warn", MAX_CONNECTIONS: "1000000", HISTORY_URL: "memory:" },
};
