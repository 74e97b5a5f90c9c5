import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

/**
 * The processes of a benchmark: servers on one core, the load on another. Each has a process group of its own, which is killed
 * when it is stopped, when the benchmark ends, however it ends, and by the probe when the benchmark was killed.
 */

/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {import("./probe.mjs").Usage} Usage */
/** @typedef {{ port: number, path: string, ask: (question: "cpu" | "memory") => Promise<Usage>, stop: () => Promise<void> }} Server */
/**
 * @typedef {object} Load
 * @property {(order: import("./load.mjs").OpenOrder) => Promise<import("./load.mjs").Opened>} open
 * @property {(order: import("./load.mjs").WatchOrder) => Promise<import("./load.mjs").Watched>} watch
 * @property {() => Promise<void>} close
 * @property {() => Promise<void>} stop
 */

const READY_MS = 20_000;
/** A build may come first. */
const PREPARED_MS = 300_000;
const ANSWER_MS = 60_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Temporary folders that hold a probe's socket. @type {Set<string>} */
const folders = new Set();

process.on("exit", () => {
  for (const child of running) kill(child);
  for (const folder of folders) remove(folder);
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => process.exit(130));
}

/** @param {import("node:child_process").ChildProcess} child */
function kill(child) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has gone already.
  }
}

/** @param {string} folder */
function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** @param {import("node:child_process").ChildProcess} child */
async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    kill(child);
    await exited;
  }
  running.delete(child);
}

/** Two cores that we may use, one for the servers and one for the load; undefined if they can't be had. */
export const cores = (() => {
  const hasTaskset = process.env.PATH?.split(delimiter).some((folder) =>
    existsSync(join(folder, "taskset")),
  );
  if (!hasTaskset || availableParallelism() < 2) return undefined;
  const allowed = /Cpus_allowed_list:\s*(.*)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const [server, load] = (allowed ?? "").split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return [first, ...(last > first ? [first + 1] : [])];
  });
  return server === undefined || load === undefined ? undefined : { server, load };
})();

/**
 * @param {readonly string[]} args for node
 * @param {number | undefined} core
 * @param {import("node:child_process").SpawnOptions} options
 */
function start(args, core, options) {
  const command = [process.execPath, ...args];
  if (core !== undefined) command.unshift("taskset", "-c", String(core));
  const child = spawn(/** @type {string} */ (command[0]), command.slice(1), {
    ...options,
    detached: true,
  });
  running.add(child);
  return child;
}

/**
 * What a promise of this process's life can give, or an error if the process ends or takes too long.
 * @template T
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} what
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
async function whileItLives(child, what, ms, promise) {
  const over = new AbortController();
  const { signal } = over;
  try {
    return await Promise.race([
      promise,
      once(child, "exit", { signal }).then(([code, killed]) => {
        throw new Error(`${what}: the process has ended (${code ?? killed})`);
      }),
      delay(ms, undefined, { signal }).then(() => {
        throw new Error(`${what}: nothing for ${ms / 1000} s`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

/** Resolves when the stream's head comes. @param {number} port @param {string} path @param {AbortSignal} signal */
async function answers(port, path, signal) {
  while (!signal.aborted) {
    const status = await new Promise((resolve) => {
      const request = get({ port, path, host: "127.0.0.1", agent: false }, (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on("error", () => resolve(undefined));
    });
    if (status === 200) return;
    await delay(50);
  }
}

/** @param {Contender} contender @param {number} port */
const environment = (contender, port) => ({
  ...process.env,
  NODE_ENV: /** @type {const} */ ("production"),
  HOST: "127.0.0.1",
  PORT: String(port),
  ...contender.env,
});

/** Starts and stops a contender once, unmeasured, so that it builds what it needs. @param {Contender} contender @param {number} port */
export async function prepare(contender, port) {
  const child = start(contender.args, undefined, {
    stdio: ["ignore", "ignore", "inherit"],
    env: environment(contender, port),
  });
  const over = new AbortController();
  const ready = answers(port, contender.path, over.signal);
  await whileItLives(child, contender.name, PREPARED_MS, ready).finally(() => over.abort());
  await stop(child);
}

/** Starts a contender, and resolves when it serves. @param {Contender} contender @param {number} port @returns {Promise<Server>} */
export async function startServer(contender, port) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  folders.add(folder);
  const address = join(folder, "probe");
  /** @type {import("node:net").Socket | undefined} */
  let serving;
  /** @type {(answer: Usage) => void} */
  let onAnswer = () => {};
  const probes = createServer((socket) => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      const message = JSON.parse(line);
      if (message.serving) serving = socket;
      else onAnswer(message);
    });
  });
  await new Promise((resolve) => probes.listen(address, () => resolve(undefined)));
  const probe = new URL("probe.mjs", import.meta.url).href;
  const child = start(contender.args, cores?.server, {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...environment(contender, port),
      BENCH_PROBE: address,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${probe}`,
    },
  });
  const over = new AbortController();
  const ready = answers(port, contender.path, over.signal);
  await whileItLives(child, contender.name, READY_MS, ready).finally(() => over.abort());
  return {
    port,
    path: contender.path,
    ask(question) {
      const answer = new Promise((/** @type {(answer: Usage) => void} */ resolve) => {
        onAnswer = resolve;
      });
      serving?.write(`${question}\n`);
      return whileItLives(child, `${contender.name}: ${question}`, ANSWER_MS, answer);
    },
    async stop() {
      await stop(child);
      probes.close();
      remove(folder);
    },
  };
}

/** @returns {Load} */
export function startLoad() {
  const file = new URL("load.mjs", import.meta.url).pathname;
  const child = start([file], cores?.load, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  /** @param {string} order @param {object} [details] */
  const tell = async (order, details) => {
    const answer = once(child, "message");
    child.send({ order, details });
    const [{ result }] = await whileItLives(child, `load: ${order}`, ANSWER_MS, answer);
    return result;
  };
  return {
    open: (order) => tell("open", order),
    watch: (order) => tell("watch", order),
    close: () => tell("close"),
    stop: () => stop(child),
  };
}
