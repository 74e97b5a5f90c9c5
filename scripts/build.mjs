import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "./install.mjs";
import { fail, ROOT, run } from "./run.mjs";

const STAMP = join(ROOT, ".next/runnel-sources");
const STANDALONE = join(ROOT, "build/standalone");

/** The folders and files that a build is made from. Tests and their helpers in these folders do not count. */
export const SOURCES = [
  ...["app", "client", "components", "hub", "protocol", "public", "server"],
  ...["instrumentation.ts", "proxy.ts", "runnel.ts"],
  ...["next.config.js", "package-lock.json", "postcss.config.mjs", "tsconfig.json"],
];
const TEST = /\.test\.tsx?$|[\\/]testing[\\/]/;

/** @param {string} path @returns {string[]} the files in the folder, or the file itself; empty if the path does not exist */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).sort();
  return names.flatMap((name) => filesBelow(join(path, name)));
}

/** Returns one hash of the names and contents of all files that a build is made from. */
function hashSources() {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap((source) => filesBelow(join(ROOT, source)))) {
    if (TEST.test(file.slice(ROOT.length))) continue;
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Whether .next was built from the current sources. */
export function isBuilt() {
  return (
    existsSync(join(ROOT, ".next/BUILD_ID")) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === hashSources()
  );
}

/** Builds .next, for `next start`. */
export async function build() {
  // The hash is computed before the build, because the build may miss changes that are made during it.
  const sources = hashSources();
  await nextBuild({});
  writeFileSync(STAMP, sources);
}

/** Builds build/standalone, a folder that runs on any machine with only Node. */
async function buildStandalone() {
  await nextBuild({ RUNNEL_STANDALONE: "1" });
  // Next does not copy these files, because a CDN may serve them. Here the server serves them.
  cpSync(join(ROOT, "build/static"), join(STANDALONE, "build/static"), { recursive: true });
  if (existsSync(join(ROOT, "public"))) {
    cpSync(join(ROOT, "public"), join(STANDALONE, "public"), { recursive: true });
  }
  process.stdout.write("\nCopy build/standalone wherever Node is, and run: npm start\n");
}

/** @param {Record<string, string>} env */
async function nextBuild(env) {
  await install({ dev: true });
  const next = join(ROOT, "node_modules/next/dist/bin/next");
  const built = await run(process.execPath, [next, "build"], { NODE_ENV: "production", ...env });
  if (!built) fail("next build: failed");
}

if (pathToFileURL(process.argv[1] ?? "").href === import.meta.url) {
  await (process.argv.includes("--standalone") ? buildStandalone() : build());
}
