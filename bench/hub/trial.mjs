import { setTimeout as delay } from "node:timers/promises";
import { startLoad } from "../processes.mjs";
import { startServer } from "../server.mjs";

/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {import("./load.mjs").Audience} Audience */
/** @typedef {import("./load.mjs").Publications} Publications */
/** @typedef {import("./load.mjs").Published} Published */
/** @typedef {import("./load.mjs").Received} Received */
/** The cost of one phase. @typedef {{ cpuMicroseconds: number, serverBusy: number, loadBusy: number }} Cost */

/** The time limit of one order. */
const ORDER_MS = 600_000;
/** nchan accepts one update a request. Instead of a batch, this many requests are on their way at once. */
const PIPELINED = 64;
/** nchan counts a channel's updates within a second in 16 bits. With more of them, clients that resume get wrong updates. */
const NCHAN_A_SECOND = 20_000;

/** One run of one scenario with one contender: its server and a load, in processes that were started for it. */
export class Trial {
  /** @type {import("../server.mjs").Server} */
  server;
  /** @type {ReturnType<typeof startLoad>} */
  #load;
  #contender;
  #isProfiled;

  /** @param {Contender} contender @param {import("../server.mjs").Server} server @param {boolean} isProfiled */
  constructor(contender, server, isProfiled) {
    this.#contender = contender;
    this.#isProfiled = isProfiled;
    this.server = server;
    this.#load = startLoad("hub/load.mjs");
  }

  /**
   * @template T
   * @param {Contender} contender
   * @param {number} port
   * @param {Readonly<Record<string, string>>} env `BENCH_PROFILE`: the beginning of the paths of the phases' profiles
   * @param {(trial: Trial) => Promise<T>} run
   */
  static async of(contender, port, env, run) {
    const program = { ...contender.program, env: { ...contender.program.env, ...env } };
    const server = await startServer(program, port);
    const trial = new Trial(contender, server, env.BENCH_PROFILE !== undefined);
    try {
      return await run(trial);
    } finally {
      // Stops the load first: a connection that the server closes is an error for the load.
      await trial.#load.stop();
      await trial.server.stop();
    }
  }

  /** @param {string} order @param {object} details */
  #tell(order, details) {
    const to = { dialect: this.#contender.dialect, port: this.server.port };
    return this.#load.tell(order, { ...to, ...details }, ORDER_MS);
  }

  /** @param {Audience} audience @returns {Promise<void>} */
  open(audience) {
    return this.#tell("open", audience);
  }

  /** Closes all subscribers. */
  close() {
    return this.#tell("close", {});
  }

  /** @param {Publications} publications @returns {Promise<Published & Cost>} */
  publish(publications) {
    const batched = (publications.batch ?? 1) > 1;
    const instead = batched && this.#contender.dialect === "nchan" ? { pipelined: PIPELINED } : {};
    return this.#costOf(this.#tell.bind(this, "publish", { ...instead, ...publications }));
  }

  /** Disconnects the clients of topic 0, and publishes the updates that they miss. @param {Publications} missed */
  async miss(missed) {
    await this.#tell("leave", { updates: 1, bytes: missed.bytes });
    const most = this.#contender.dialect === "nchan" ? NCHAN_A_SECOND : missed.updates;
    for (let left = missed.updates; left > 0; left -= most) {
      await this.publish({ ...missed, updates: Math.min(left, most) });
      if (left > most) await delay(1000);
    }
  }

  /** Reconnects this many clients. @param {number} count @returns {Promise<Received & Cost>} */
  async resume(count) {
    const received = await this.#costOf(() => this.#tell("resume", { count }));
    await this.close();
    return received;
  }

  /**
   * @template {import("../meter.mjs").Used} T
   * @param {() => Promise<T>} phase
   * @returns {Promise<T & Cost>}
   */
  async #costOf(phase) {
    if (this.#isProfiled) await this.server.ask("start profile");
    const before = await this.server.ask("cpu");
    const result = await phase();
    const after = await this.server.ask("cpu");
    if (this.#isProfiled) await this.server.ask("stop profile");
    const cpuMicroseconds = after.cpuMicroseconds - before.cpuMicroseconds;
    return {
      ...result,
      cpuMicroseconds,
      serverBusy: cpuMicroseconds / 1e6 / result.seconds,
      loadBusy: result.busy,
    };
  }
}
