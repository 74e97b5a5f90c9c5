import { once } from "node:events";
import { get } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { cores, makeFolder, remove, start, stop, whileItLives } from "./processes.mjs";

/**
 * @typedef {object} Program a server, and how to start it
 * @property {string} name as in the tables
 * @property {string} path the path of a stream, which answers when the server is ready
 * @property {readonly string[]} args for node. The server listens on 127.0.0.1, on PORT.
 * @property {Readonly<Record<string, string>>} env
 */
/** @typedef {import("./probe.mjs").Usage} Usage */
/** @typedef {import("./probe.mjs").Question} Question */
/**
 * @typedef {object} Server
 * @property {number} port
 * @property {(question: Question) => Promise<Usage>} ask asks the server's own process
 * @property {number} pid
 * @property {() => boolean} hasEnded whether the process has ended, by itself or on request
 * @property {() => Promise<number | null>} terminate sends a SIGTERM, and resolves to the exit code; null: a signal has ended it
 * @property {() => Promise<void>} stop
 */

const READY_MS = 20_000;
/** The limit for the first start, which may include a build. */
const PREPARED_MS = 300_000;
const ANSWER_MS = 60_000;

/** Resolves when the stream's head arrives. @param {number} port @param {string} path @param {AbortSignal} signal */
async function answers(port, path, signal) {
  while (!signal.aborted) {
    const status = await new Promise((resolve) => {
      const request = get(
        { port, path, host: "127.0.0.1", agent: false, headers: { accept: "text/event-stream" } },
        (response) => {
          resolve(response.statusCode);
          request.destroy();
        },
      );
      request.on("error", () => resolve(undefined));
    });
    if (status === 200) return;
    await delay(50);
  }
}

/** @param {Program} program @param {number} port */
const environment = (program, port) => ({
  ...process.env,
  NODE_ENV: /** @type {const} */ ("production"),
  HOST: "127.0.0.1",
  PORT: String(port),
  ...program.env,
});

/**
 * Starts and stops a program once without measuring, so that it builds the files that it needs.
 * @param {Program} program
 * @param {number} port
 */
export async function prepare(program, port) {
  const child = start([process.execPath, ...program.args], undefined, {
    stdio: ["ignore", "ignore", "inherit"],
    env: environment(program, port),
  });
  const over = new AbortController();
  const ready = answers(port, program.path, over.signal);
  await whileItLives(child, program.name, PREPARED_MS, ready).finally(() => over.abort());
  await stop(child);
}

/**
 * Starts a program, and resolves when it is ready.
 * @param {Program} program
 * @param {number} port
 * @param {number} [log] an open file for all output; without one, only errors are shown
 * @returns {Promise<Server>}
 */
export async function startServer(program, port, log) {
  const folder = makeFolder();
  const address = join(folder, "probe");
  let onServing = (/** @type {import("node:net").Socket} */ _socket) => {};
  const serving = new Promise((/** @type {typeof onServing} */ resolve) => {
    onServing = resolve;
  });
  /** @type {(answer: Usage) => void} */
  let onAnswer = () => {};
  const probes = createServer((probed) => {
    probed.on("error", () => {});
    createInterface({ input: probed }).on("line", (line) => {
      const message = JSON.parse(line);
      if (message.serving) onServing(probed);
      else onAnswer(message);
    });
  });
  await new Promise((resolve) => probes.listen(address, () => resolve(undefined)));
  const probe = new URL("probe.mjs", import.meta.url).href;
  const child = start([process.execPath, ...program.args], cores?.server, {
    stdio: ["ignore", log ?? "ignore", log ?? "inherit"],
    env: {
      ...environment(program, port),
      BENCH_FOLDER: folder,
      BENCH_PROBE: address,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${probe}`,
    },
  });
  const over = new AbortController();
  const ready = answers(port, program.path, over.signal);
  const end = async () => {
    await stop(child);
    probes.close();
    remove(folder);
  };
  const serves = async () => {
    await whileItLives(child, program.name, READY_MS, ready).finally(() => over.abort());
    return whileItLives(child, program.name, READY_MS, serving);
  };
  const socket = await serves().catch(async (error) => {
    await end();
    throw error;
  });
  return {
    port,
    pid: child.pid ?? 0,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async terminate() {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return child.exitCode;
    },
    ask(question) {
      const answer = new Promise((/** @type {(answer: Usage) => void} */ resolve) => {
        onAnswer = resolve;
      });
      socket.write(`${question}\n`);
      return whileItLives(child, `${program.name}: ${question}`, ANSWER_MS, answer);
    },
    stop: end,
  };
}
