#!/usr/bin/env node
/**
 * What `npm start`, `npm run dev` and `npm run build` run, and what starts the standalone output:
 * installs and builds if need be, checks the configuration, and hands the process over to Next.
 * Plain JavaScript without a dependency, because it runs before there is one.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const NEXT = join(ROOT, "node_modules/next/dist/bin/next");
const STAMP = join(ROOT, ".next/runnel-sources");
const STANDALONE = join(ROOT, "build/standalone");

/** What a build is made from. */
const SOURCES = [
  "app",
  "components",
  "hub",
  "public",
  "env.mjs",
  "instrumentation.ts",
  "lifecycle.ts",
  "next.config.js",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
  "runtime.ts",
  "tsconfig.json",
];

/** Says in one line why it can't go on, and ends. @param {string} problem @returns {never} */
function fail(problem) {
  process.stderr.write(`runnel: ${problem}\n`);
  process.exit(1);
}

/**
 * Runs a program of ours to its end; a signal that we get reaches it.
 * @param {string[]} args for node
 * @param {Record<string, string>} [env]
 */
async function run(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  const code = await new Promise((resolve) => child.on("close", resolve));
  process.off("SIGINT", forward).off("SIGTERM", forward);
  if (code !== 0) process.exit(code ?? 1);
}

/** @param {string} file @returns {{ packages: Record<string, { version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }> }} */
function readLock(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { packages: {} };
}

/**
 * Installs what package-lock.json names, if something of it is missing or of another version.
 * @param {{ dev: boolean }} what `dev`: the tools that build and test, too
 */
export async function install({ dev }) {
  const installed = readLock("node_modules/.package-lock.json").packages;
  const missing = Object.entries(readLock("package-lock.json").packages).some(
    ([path, entry]) =>
      path !== "" &&
      !entry.optional &&
      !entry.devOptional &&
      (dev || !entry.dev) &&
      installed[path]?.version !== entry.version,
  );
  if (!missing) return;
  const npm = process.env.npm_execpath;
  if (!npm?.includes("npm-cli")) return fail("dependencies are missing: run `npm ci`");
  await run([npm, "ci", "--include=dev", "--no-audit", "--no-fund"]);
}

/** @param {string} path @returns {string[]} the files below, or the file itself; none where nothing is */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/** One hash over the names and contents of all that a build is made from. */
function hashSources() {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap((source) => filesBelow(join(ROOT, source)))) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

function isBuilt() {
  return (
    existsSync(join(ROOT, ".next/BUILD_ID")) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, "utf8") === hashSources()
  );
}

async function build() {
  await install({ dev: true });
  await run([NEXT, "build"], { NODE_ENV: "production" });
  writeFileSync(STAMP, hashSources());
}

/** Builds a folder that runs elsewhere with Node alone: build/standalone. */
async function buildStandalone() {
  await install({ dev: true });
  await run([NEXT, "build"], { NODE_ENV: "production", RUNNEL_STANDALONE: "1" });
  // Next leaves these to whoever deploys: a CDN may serve them. Here the server does.
  cpSync(join(ROOT, "build/static"), join(STANDALONE, "build/static"), { recursive: true });
  if (existsSync(join(ROOT, "public"))) {
    cpSync(join(ROOT, "public"), join(STANDALONE, "public"), { recursive: true });
  }
  process.stdout.write("\nCopy build/standalone wherever Node is, and run: npm start\n");
}

/** The configuration, from the environment and Next's .env files; ends the process if it is malformed. @param {boolean} dev */
async function configure(dev) {
  const { default: nextEnv } = await import("@next/env");
  nextEnv.loadEnvConfig(ROOT, dev, { info() {}, error: console.error });
  const { readConfig } = await import("./env.mjs");
  const read = readConfig();
  return read.ok ? read.config : fail(read.problem);
}

/** Next would print a stack trace. @param {string} host @param {number} port @returns {Promise<void>} */
function checkAddress(host, port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === "EADDRINUSE")
        fail(`PORT ${port} is taken on ${host}: set PORT to another, or stop what holds it`);
      if (error.code === "EACCES") fail(`PORT ${port} needs more rights: set PORT to 1024 or more`);
      fail(`HOST is ${JSON.stringify(host)}, which is no address of this machine (${error.code})`);
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/**
 * A SIGTERM to `npm start` ends the shell that npm put between itself and us, and reaches nobody else: the server would
 * live on, an orphan with its port. So losing the parent is that signal.
 */
function endWithShell() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, 100);
  timer.unref();
}

/** Hands this process over to Next's own command. @param {"start" | "dev"} command */
async function handOver(command) {
  const standalone = existsSync(join(ROOT, "server.js"));
  // All of this before Next's .env files are read: it keeps what it finds then for its server process.
  if (command === "start") Object.assign(process.env, { NODE_ENV: "production" });
  // Next's own handler waits for open streams for ever; lifecycle.ts has ours.
  process.env.NEXT_MANUAL_SIG_HANDLE = "1";
  process.env.RUNNEL_LAUNCHED = "1";
  if (command === "dev") {
    // Next's command kills its server process after 100 ms.
    process.env.NEXT_EXIT_TIMEOUT_MS ??= "3000";
    // Here is no load balancer to tell.
    process.env.DRAIN_SECONDS ??= "0";
  }
  if (!standalone) await install({ dev: command === "dev" || !isBuilt() });
  const { HOST, PORT } = await configure(command === "dev");
  await checkAddress(HOST, PORT);
  if (process.env.npm_lifecycle_event) endWithShell();
  if (standalone) {
    Object.assign(process.env, { HOSTNAME: HOST, PORT: String(PORT) });
    await import(pathToFileURL(join(ROOT, "server.js")).href);
    return;
  }
  if (command === "start" && !isBuilt()) await build();
  process.chdir(ROOT);
  process.argv = [process.execPath, NEXT, command, "-H", HOST, "-p", String(PORT)];
  await import(pathToFileURL(NEXT).href);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 9))
  fail(`Node is ${process.version}, but must be 20.9 or later`);

if (process.argv[1] && pathToFileURL(process.argv[1]).href === import.meta.url) {
  const command = process.argv[2] ?? "start";
  if (command === "start" || command === "dev") await handOver(command);
  else if (command === "build")
    await (process.argv[3] === "--standalone" ? buildStandalone() : build());
  else fail(`${JSON.stringify(command)} is no command: start, dev, build or build --standalone`);
}
