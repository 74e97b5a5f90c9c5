import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "./install.mjs";
import { fail, ROOT, run } from "./run.mjs";

const STAMP = join(ROOT, ".next/runnel-sources");
const STANDALONE = join(ROOT, "build/standalone");

/** The folders and files that a build is made from; their tests and what these need are none of it. */
export const SOURCES = [
  ...["app", "client", "components", "hub", "protocol", "public", "server"],
  ...["instrumentation.ts", "proxy.ts", "runnel.ts"],
  ...["next.config.js", "package-lock.json", "postcss.config.mjs", "tsconfig.json"],
];
const TEST = /\.test\.tsx?$|[\\/]testing[\\/]/;

/** @param {string} path @returns {string[]} the files below, or the file itself; none where nothing is */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).sort();
  return names.flatMap((name) => filesBelow(join(path, name)));
}

/** One hash over the names and contents of all that a build is made from. */
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

/** Whether .next was built from the sources as they are. */
export function isBuilt() {
  return (
    existsSync(join(ROOT, ".next/BUILD_ID")) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === hashSources()
  );
}

/** Builds .next, for `next start`. */
export async function build() {
  // Before the build: what changes during it, it may not have seen.
  const sources = hashSources();
  await nextBuild({});
  writeFileSync(STAMP, sources);
}

/** Builds a folder that runs elsewhere with Node alone: build/standalone. */
async function buildStandalone() {
  await nextBuild({ RUNNEL_STANDALONE: "1" });
  // Next leaves these to whoever deploys: a CDN may serve them. Here the server does.
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
