import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, ROOT, run } from "./run.mjs";

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }} Locked */

/** @param {string} file @returns {Record<string, Locked>} */
function packagesOf(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

/**
 * Installs the packages of package-lock.json, if one is missing or has another version.
 * @param {{ dev: boolean }} what `dev`: whether to install the tools for building and testing, too
 */
export async function install({ dev }) {
  const installed = packagesOf("node_modules/.package-lock.json");
  const missing = Object.entries(packagesOf("package-lock.json")).some(
    ([path, { version, ...entry }]) =>
      path !== "" &&
      !entry.optional &&
      !entry.devOptional &&
      (dev || !entry.dev) &&
      installed[path]?.version !== version,
  );
  if (!missing) return;
  const npm = process.env.npm_execpath;
  if (!npm?.includes("npm-cli")) fail("dependencies are missing: run `npm ci`");
  const args = [npm, "ci", "--include=dev", "--no-audit", "--no-fund"];
  if (!(await run(process.execPath, args))) fail("npm ci: failed");
}
