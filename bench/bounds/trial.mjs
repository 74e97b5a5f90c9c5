import { startLoad } from "../processes.mjs";
import { startServer } from "../server.mjs";

/** A hub that does not answer within this time counts as frozen, in milliseconds. */
const LIMIT_MS = 120_000;
/** The limit for opening many streams, and for publishing many updates. */
const ORDER_MS = 600_000;

/** @typedef {import("./load.mjs").Observed & { longestTurn: number }} Observed */

/** One server and one load, started for one scenario. */
export class Trial {
  /** @type {import("../server.mjs").Server} */
  server;
  #load = startLoad("bounds/load.mjs");

  /** @param {import("../server.mjs").Server} server */
  constructor(server) {
    this.server = server;
  }

  /**
   * @template T
   * @param {import("../server.mjs").Program} program
   * @param {number} port
   * @param {(trial: Trial) => Promise<T>} run
   */
  static async of(program, port, run) {
    const trial = new Trial(await startServer(program, port));
    try {
      return await run(trial);
    } finally {
      await trial.#load.stop();
      await trial.server.stop();
    }
  }

  /** @param {string} order @param {object} details @param {number} [ms] */
  #tell(order, details, ms = ORDER_MS) {
    return this.#load.tell(order, { port: this.server.port, ...details }, ms);
  }

  /** @param {string} audience @param {number} count @returns {Promise<import("./streams.mjs").Opened>} */
  open(audience, count) {
    return this.#tell("open", { audience, count });
  }

  /**
   * Does something to the hub, while honest clients use it.
   * @param {import("./load.mjs").Act} act
   * @param {number} [updates]
   * @returns {Promise<Observed>}
   */
  async observe(act, updates = 1) {
    await this.server.ask("start turns");
    const observed = await this.#tell("observe", { act, updates }, LIMIT_MS);
    const { longestTurn } = await this.server.ask("stop turns");
    return { ...observed, longestTurn };
  }

  /** @param {number} count @param {number} connections @returns {Promise<import("./honest.mjs").Latency>} */
  publishKeyed(count, connections) {
    return this.#tell("publishKeyed", { count, connections });
  }
}
