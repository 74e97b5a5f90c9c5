#!/usr/bin/env node
/**
 * What `npm start` and `npm run dev` run, and what starts the standalone output: installs and builds if need be, checks the
 * configuration, and hands the process over to Next. Plain JavaScript without a dependency, because it runs before there is one.
 */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import "../server/entrance.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NEXT = join(ROOT, "node_modules/next/dist/bin/next");
/** What Next makes of this app for elsewhere is a server.js beside the build. */
const STANDALONE = existsSync(join(ROOT, "server.js")) && existsSync(join(ROOT, "build/BUILD_ID"));

/** Says in one line why it can't go on, and ends. @param {string} problem @returns {never} */
function fail(problem) {
  process.stderr.write(`runnel: ${problem}\n`);
  process.exit(1);
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

/** What Next and our own server code find in the environment. @param {"start" | "dev"} command */
function prepareEnvironment(command) {
  if (command === "start") Object.assign(process.env, { NODE_ENV: "production" });
  process.env.RUNNEL_LAUNCHED = command;
  // Next changes the folder, and what it builds it deletes: the history is where it was asked for.
  process.env.RUNNEL_FOLDER = process.cwd();
  // Next's own handler waits for open streams for ever; server/drain.ts has ours.
  process.env.NEXT_MANUAL_SIG_HANDLE = "1";
  // In dev, Next's command would kill its server process after 100 ms.
  process.env.NEXT_EXIT_TIMEOUT_MS ??= "5000";
  if (command === "dev") {
    const entrance = `--import=${pathToFileURL(join(ROOT, "server/entrance.mjs")).href}`;
    const { NODE_OPTIONS } = process.env;
    process.env.NODE_OPTIONS = NODE_OPTIONS ? `${NODE_OPTIONS} ${entrance}` : entrance;
  }
}

/** The configuration, from the environment and Next's .env files; ends the process if it is malformed. @param {boolean} dev */
async function configure(dev) {
  const { default: nextEnv } = await import("@next/env");
  nextEnv.loadEnvConfig(ROOT, dev, { info() {}, error: console.error });
  const { readConfig } = await import("../server/env/config.mjs");
  const read = readConfig();
  return read.ok ? read.config : fail(read.problem);
}

/**
 * Binds the address for a moment: where that can't be done, Next would print a stack trace. Tells the server what it learns: the
 * port, one that is free if it was 0, and whether the address is one that only this machine reaches.
 * @param {string} host
 * @param {number} port
 * @returns {Promise<number>} the port
 */
function checkAddress(host, port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (/** @type {NodeJS.ErrnoException} */ { code }) => {
      if (code === "EADDRINUSE")
        fail(`PORT ${port} is taken on ${host}: set PORT to another, or stop what holds it`);
      if (code === "EACCES") fail(`PORT ${port} needs more rights: set PORT to 1024 or more`);
      fail(`HOST is ${JSON.stringify(host)}, which is no address of this machine (${code})`);
    });
    probe.listen(port, host, () => {
      const address = probe.address();
      if (address === null || typeof address === "string") return fail(`HOST is ${host}`);
      process.env.PORT = String(address.port);
      process.env.RUNNEL_LOOPBACK = /^(127\.|::1$)/.test(address.address) ? "yes" : "no";
      probe.close(() => resolve(address.port));
    });
  });
}

/** `next dev` gives its server process the environment of before the .env files were read, so without what came later. */
async function tellDevServer() {
  const { default: nextEnv } = await import("@next/env");
  nextEnv.updateInitialEnv({ RUNNEL_LOOPBACK: process.env.RUNNEL_LOOPBACK });
}

/** Hands this process over to the server that Next made for elsewhere. */
async function startStandalone() {
  const { HOST, PORT } = await configure(false);
  await checkAddress(HOST, PORT);
  process.env.HOSTNAME = HOST;
  await import(pathToFileURL(join(ROOT, "server.js")).href);
}

/** Hands this process over to Next's own command. @param {"start" | "dev"} command */
async function startHere(command) {
  const { install } = await import("./install.mjs");
  const { build, isBuilt } = await import("./build.mjs");
  await install({ dev: command === "dev" || !isBuilt() });
  const { HOST, PORT } = await configure(command === "dev");
  const port = await checkAddress(HOST, PORT);
  await tellDevServer();
  if (command === "start" && !isBuilt()) await build();
  process.chdir(ROOT);
  process.argv = [process.execPath, NEXT, command, "-H", HOST, "-p", String(port)];
  await import(pathToFileURL(NEXT).href);
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node is ${process.version}, but must be 20.19 or later`);
}
const command = process.argv[2] ?? "start";
if (command !== "start" && command !== "dev") {
  fail(`${JSON.stringify(command)} is no command: start or dev`);
}
if (process.env.npm_lifecycle_event) endWithShell();
prepareEnvironment(command);
await (STANDALONE ? startStandalone() : startHere(command));
