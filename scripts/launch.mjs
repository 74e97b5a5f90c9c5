#!/usr/bin/env node
/**
 * Starts the app: for `npm start`, for `npm run dev`, and for the standalone output. It installs and builds if needed, checks the
 * configuration, and runs Next in this process. It is plain JavaScript without dependencies, because it runs before they are installed.
 */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import "../server/entrance.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NEXT = join(ROOT, "node_modules/next/dist/bin/next");
/** Whether this is the standalone output: there Next has put a server.js beside the build. */
const STANDALONE = existsSync(join(ROOT, "server.js")) && existsSync(join(ROOT, "build/BUILD_ID"));

/** Prints the problem in one line and ends the process. @param {string} problem @returns {never} */
function fail(problem) {
  process.stderr.write(`runnel: ${problem}\n`);
  process.exit(1);
}

/**
 * Ends this process when its parent has ended. A SIGTERM to `npm start` ends only the shell that npm started, and does not reach this
 * process. Without this check, the server would continue without a parent and occupy its port.
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

/** Sets the environment variables for Next and for our own server code. @param {"start" | "dev"} command */
function prepareEnvironment(command) {
  if (command === "start") Object.assign(process.env, { NODE_ENV: "production" });
  process.env.RUNNEL_LAUNCHED = command;
  // Next changes the working folder, and deletes files in its build folder. The history stays in the folder where the user started the app.
  process.env.RUNNEL_FOLDER = process.cwd();
  // Next's own signal handler waits for open streams for ever. Our handler is in server/drain.ts.
  process.env.NEXT_MANUAL_SIG_HANDLE = "1";
  // In dev, Next's command would kill its server process after 100 ms.
  process.env.NEXT_EXIT_TIMEOUT_MS ??= "5000";
  if (command === "dev") {
    const entrance = `--import=${pathToFileURL(join(ROOT, "server/entrance.mjs")).href}`;
    const { NODE_OPTIONS } = process.env;
    process.env.NODE_OPTIONS = NODE_OPTIONS ? `${NODE_OPTIONS} ${entrance}` : entrance;
  }
}

/** Reads the configuration from the environment and Next's .env files. Ends the process if it is malformed. @param {boolean} dev */
async function configure(dev) {
  const { default: nextEnv } = await import("@next/env");
  nextEnv.loadEnvConfig(ROOT, dev, { info() {}, error: console.error });
  const { readConfig } = await import("../server/env/config.mjs");
  const read = readConfig();
  return read.ok ? read.config : fail(read.problem);
}

/**
 * Checks that the server can listen at the address, by binding it for a moment. Otherwise Next would print a stack trace. It sets two
 * variables for the server: the port (a free one if it was 0), and whether only this machine can reach the address.
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

/** Adds RUNNEL_LOOPBACK to the environment of `next dev`'s server process. It gets only variables from before the .env files were read. */
async function tellDevServer() {
  const { default: nextEnv } = await import("@next/env");
  nextEnv.updateInitialEnv({ RUNNEL_LOOPBACK: process.env.RUNNEL_LOOPBACK });
}

/** Runs the standalone server that Next has built, in this process. */
async function startStandalone() {
  const { HOST, PORT } = await configure(false);
  await checkAddress(HOST, PORT);
  process.env.HOSTNAME = HOST;
  await import(pathToFileURL(join(ROOT, "server.js")).href);
}

/** Runs Next's own command in this process. @param {"start" | "dev"} command */
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
