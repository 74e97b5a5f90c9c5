import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * The processes of a benchmark: servers on one core, the load on another. Each has a process group of its own. The group is killed
 * when the process is stopped, and when the benchmark ends in any way. If the benchmark was killed, the probe ends the process.
 */

/** The time limit of an order. */
const ANSWER_MS = 60_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** @type {Set<string>} */
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
    // It has ended already.
  }
}

/** Creates a folder that is removed when the benchmark ends. @returns {string} */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  folders.add(folder);
  return folder;
}

/** @param {string} folder */
export function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** @param {import("node:child_process").ChildProcess} child */
export async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    kill(child);
    await exited;
  }
  running.delete(child);
}

/** Two cores that this process may use, one for the servers and one for the load; undefined if they are not available. */
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
 * @param {readonly string[]} command
 * @param {number | undefined} core
 * @param {import("node:child_process").SpawnOptions} options
 */
export function start(command, core, options) {
  const [program = "", ...args] =
    core === undefined ? command : ["taskset", "-c", String(core), ...command];
  const child = spawn(program, args, {
    ...options,
    detached: true,
  });
  running.add(child);
  return child;
}

/**
 * Resolves with the promise. Rejects if the process ends before, or takes too long.
 * @template T
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} what
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function whileItLives(child, what, ms, promise) {
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

/**
 * Starts a load: a module of this folder in a process of its own, on the load's core. It executes orders, one at a time.
 * @param {string} file
 */
export function startLoad(file) {
  const command = [process.execPath, fileURLToPath(new URL(file, import.meta.url))];
  const child = start(command, cores?.load, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return {
    /**
     * @param {string} order
     * @param {object} [details]
     * @param {number} [ms] the time limit
     * @returns {Promise<any>}
     * @throws {Error} with the load's error
     */
    async tell(order, details, ms = ANSWER_MS) {
      const answer = once(child, "message");
      child.send({ order, details });
      const [{ result, error }] = await whileItLives(child, `load: ${order}`, ms, answer);
      if (error !== undefined) throw new Error(error);
      return result;
    },
    stop: () => stop(child),
  };
}
