/** The hub of the soak, over all its processes. They are killed, replaced and watched. */
import { closeSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeFolder, remove } from "../processes.mjs";
import { startServer } from "../server.mjs";
import { FORGED } from "./habits.mjs";

/** @typedef {{ rss: number, files: number, disk: number }} Sample bytes of memory, open files, bytes of the history */

/** The limit for an answer of the probe, in milliseconds. After that, the answer is read at a later look. */
const ANSWER_MS = 5000;
/** How many times the start of a process is tried. */
const MOST_STARTS = 5;
const AGAIN_MS = 1000;

export class Life {
  /** The highest values, over all processes. @type {Sample} */
  peak = { rss: 0, files: 0, disk: 0 };
  /** The longest turn of the event loop, in milliseconds. */
  longestTurn = 0;
  kills = 0;
  deploys = 0;
  /** The number of processes that ended without a signal from the benchmark. */
  deaths = 0;
  /** The number of processes that could not start. */
  failedStarts = 0;
  /** The number of deploys that ended with another code than 0. */
  badExits = 0;
  #program;
  #port;
  #folder = makeFolder();
  #log;
  /** @type {import("../server.mjs").Server | undefined} */
  #server;
  /** The question that is not answered yet. @type {{ since: number, answer: Promise<void> } | undefined} */
  #asked;

  /** @param {import("../server.mjs").Program} program @param {number} port */
  constructor(program, port) {
    const env = { ...program.env, HISTORY_URL: `file:${join(this.#folder, "history")}` };
    this.#program = { ...program, env };
    this.#port = port;
    this.#log = openSync(join(this.#folder, "log"), "a");
  }

  async start() {
    for (let starts = 1; this.#server === undefined; starts++) {
      try {
        this.#server = await startServer(this.#program, this.#port, this.#log);
      } catch (error) {
        this.failedStarts++;
        if (starts === MOST_STARTS) throw error;
        await delay(AGAIN_MS);
      }
    }
    this.#ask(this.#server, "start turns");
  }

  async kill() {
    this.kills++;
    await this.#end();
    await this.start();
  }

  async deploy() {
    this.deploys++;
    if ((await this.#server?.terminate()) !== 0) this.badExits++;
    await this.#end();
    await this.start();
  }

  /**
   * Samples the process, and starts it again if it has died.
   * @param {{ collected?: boolean }} [options] `collected`: with all garbage collected
   * @returns {Promise<Sample>}
   */
  async look({ collected = false } = {}) {
    if (this.#server?.hasEnded()) {
      this.deaths++;
      await this.#end();
      await this.start();
    }
    const server = this.#server;
    if (server === undefined) throw new Error("the hub was not started");
    const { since, answer } = this.#asked ?? this.#ask(server, "next turns");
    const isAnswered = await Promise.race([
      answer.then(() => true),
      delay(ANSWER_MS, false, { ref: false }),
    ]);
    if (!isAnswered) this.longestTurn = Math.max(this.longestTurn, performance.now() - since);
    else if (collected) await this.#ask(server, "memory").answer;
    const sample = {
      rss: residentOf(server.pid),
      files: filesOf(server.pid),
      disk: sizeOf(join(this.#folder, "history", "data.mdb")),
    };
    for (const key of /** @type {const} */ (["rss", "files", "disk"])) {
      this.peak[key] = Math.max(this.peak[key], sample[key]);
    }
    return sample;
  }

  /** The number of log lines that a stranger has written. */
  get forgedLines() {
    const lines = readFileSync(join(this.#folder, "log"), "utf8").split("\n");
    return lines.filter((line) => line.startsWith("{") && line.includes(`"msg":"${FORGED}"`))
      .length;
  }

  /** Returns the last five lines of the log. */
  get lastLines() {
    return readFileSync(join(this.#folder, "log"), "utf8").trimEnd().split("\n").slice(-5);
  }

  async close() {
    await this.#end();
    closeSync(this.#log);
    remove(this.#folder);
  }

  /** @param {import("../server.mjs").Server} server @param {import("../probe.mjs").Question} question */
  #ask(server, question) {
    const answered = server.ask(question).then(
      ({ longestTurn }) => {
        this.longestTurn = Math.max(this.longestTurn, longestTurn);
        if (this.#asked === asked) this.#asked = undefined;
      },
      // The process was ended before it answered.
      () => {},
    );
    const asked = { since: performance.now(), answer: answered };
    this.#asked = asked;
    return asked;
  }

  async #end() {
    await this.#server?.stop();
    this.#server = undefined;
    this.#asked = undefined;
  }
}

/** @param {number} pid */
function residentOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return 1024 * Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1] ?? 0);
  } catch {
    // The process has ended, or the system is not Linux.
    return 0;
  }
}

/** @param {number} pid */
function filesOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Returns the file's size on the disk, which is smaller if the file has holes. @param {string} file */
const sizeOf = (file) => 512 * (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0);
