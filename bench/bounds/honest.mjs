/**
 * Honest clients beside a load: one publishes to a topic at a steady pace, one reads that topic, one requests the hub's health. Each
 * latency
 * is measured from the time when the request was due, so that waiting for an earlier request counts too.
 */
import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Subscriber } from "../hub/subscriber.mjs";
import { dataOf, LEAST_BYTES, now, toMilliseconds } from "../hub/updates.mjs";

/** @typedef {{ p50: number, p99: number, max: number }} Latency in milliseconds */

const PACE_MS = 20;
/** The limit of requests on their way at once; more requests wait. Without it, the connection queue of a frozen server would overflow. */
const MOST = 50;
/** An update that is not delivered after this time counts as lost. */
const PATIENCE_MS = 60_000;
const TOPIC = "https://example.com/honest";

/** @param {readonly number[]} values @returns {Latency} */
export function latencyOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  /** @param {number} share */
  const at = (share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/**
 * Sends a request on a connection of its own: a server that was busy for long closes kept connections. Resolves to the status when the
 * answer is complete.
 * @param {import("node:http").RequestOptions} options
 * @param {string} [body]
 * @returns {Promise<number>}
 */
export function ask(options, body) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", agent: false, ...options }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

export class HonestClients {
  // Each request has a connection of its own, with a limit of connections at once.
  #agents = { publish: new Agent({ maxSockets: MOST }), health: new Agent({ maxSockets: MOST }) };
  #port;
  #token;
  #topic;
  #sent = 0;
  /** @type {number[]} */
  #delivered = [];
  /** @type {number[]} */
  #health = [];
  /** @type {Error | undefined} */
  #failure;
  #subscriber;
  #isOver = false;
  /** @type {Promise<void> | undefined} */
  #publishing;

  /**
   * The clients MUST be started with `start`.
   * @param {number} port
   * @param {string} token
   * @param {number} round each round has a topic of its own
   */
  constructor(port, token, round) {
    this.#port = port;
    this.#token = token;
    this.#topic = `${TOPIC}/${round}`;
    const path = `/api/stream?${new URLSearchParams({ match: this.#topic })}`;
    const subscription = { port, path, from: 1, ordered: false, lastEventId: undefined };
    this.#subscriber = new Subscriber(
      { ...subscription, token: undefined, keepsId: false },
      (time) => this.#delivered.push(toMilliseconds(now() - time)),
      this.#fail,
    );
  }

  /** Begins to publish when the reader is connected. */
  async start() {
    await this.#subscriber.opened;
    this.#publishing = this.#work();
  }

  #fail = (/** @type {Error} */ error) => {
    this.#failure ??= error;
  };

  async #work() {
    const start = performance.now();
    for (let i = 0; !this.#isOver; i++) {
      await delay(Math.max(0, start + i * PACE_MS - performance.now()));
      this.#publish().catch(this.#fail);
      this.#askHealth().catch(this.#fail);
    }
  }

  async #publish() {
    this.#sent++;
    const data = dataOf(this.#sent, now(), LEAST_BYTES);
    const headers = {
      authorization: `Bearer ${this.#token}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const body = new URLSearchParams({ topic: this.#topic, data }).toString();
    const status = await ask(
      {
        port: this.#port,
        agent: this.#agents.publish,
        path: "/api/stream",
        method: "POST",
        headers,
      },
      body,
    );
    if (status !== 200) throw new Error(`an honest update was refused: ${status}`);
  }

  async #askHealth() {
    const start = performance.now();
    await ask({ port: this.#port, agent: this.#agents.health, path: "/api/health" });
    this.#health.push(performance.now() - start);
  }

  /** Stops publishing, and resolves when all published updates have arrived. @returns {Promise<{ delivery: Latency, health: Latency }>} */
  async end() {
    this.#isOver = true;
    await this.#publishing;
    const until = performance.now() + PATIENCE_MS;
    while (this.#delivered.length < this.#sent && !this.#failure && performance.now() < until) {
      await delay(10);
    }
    this.close();
    if (this.#failure) throw this.#failure;
    const missing = this.#sent - this.#delivered.length;
    if (missing > 0) throw new Error(`${missing} of ${this.#sent} honest updates did not come`);
    return { delivery: latencyOf(this.#delivered), health: latencyOf(this.#health) };
  }

  close() {
    this.#isOver = true;
    this.#subscriber.close();
  }
}
