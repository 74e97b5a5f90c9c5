import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @typedef {import("./server.mjs").Program} Program */

/** @param {string} path */
export const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What all ratios are against. */
export const BASELINE = "node:http";

/** This app, in production, as `npm start` runs it. @type {Program} */
export const RUNNEL = {
  name: "Runnel",
  path: "/api/stream",
  // Less the program, which is node; and with the launcher's path whole, for whoever runs this elsewhere.
  args: JSON.parse(readFileSync(fromRoot("package.json"), "utf8"))
    .scripts.start.replace("launch.mjs", fromRoot("launch.mjs"))
    .split(" ")
    .slice(1),
  // No contender writes a line for each connection.
  env: { LOG_LEVEL: "warn", MAX_CONNECTIONS: "1000000", HISTORY_URL: "memory:" },
};
