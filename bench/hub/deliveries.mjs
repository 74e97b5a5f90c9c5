/** Counts the deliveries, and knows how many are due. */
import { setTimeout as delay } from "node:timers/promises";
import { now, toMilliseconds } from "./updates.mjs";

/** @typedef {{ p50: number, p99: number, max: number }} Latency milliseconds from publishing to receipt, over all deliveries */

/** If no delivery comes for this time, the missing deliveries count as lost. */
const STALLED_MS = 60_000;
/** A duplicate delivery would arrive within this time. */
const QUIET_MS = 50;

export class Deliveries {
  #count = 0;
  #due = 0;
  /** The number of deliveries that `until` waits for. */
  #target = 0;
  #onTarget = () => {};
  /** @type {Int32Array | undefined} in ticks */
  #lateness;
  /** @type {Error | undefined} */
  #failure;
  #onFailure = (/** @type {Error} */ _error) => {};

  /** @param {number} due @param {boolean} timed whether to keep each delivery's latency */
  start(due, timed) {
    this.#count = 0;
    this.#due = due;
    this.#target = -1;
    this.#lateness = timed ? new Int32Array(due) : undefined;
  }

  /** Counts a delivery. @param {number} time when the update was sent, in ticks */
  onDelivery = (time) => {
    if (this.#lateness) this.#lateness[this.#count] = now() - time;
    if (++this.#count === this.#target) this.#onTarget();
  };

  /** Reports a wrong delivery, or a broken connection. @param {Error} error */
  fail = (error) => {
    this.#failure ??= error;
    this.#onFailure(this.#failure);
  };

  /** @template T @param {Promise<T>} promise @returns {Promise<T>} */
  orFailure(promise) {
    return new Promise((resolve, reject) => {
      this.#onFailure = reject;
      if (this.#failure) reject(this.#failure);
      promise.then(resolve, reject);
    });
  }

  /** @param {number} count */
  async until(count) {
    if (this.#count >= count) return;
    this.#target = count;
    await new Promise((resolve) => {
      this.#onTarget = () => resolve(undefined);
    });
  }

  /** Resolves when all due deliveries have arrived. */
  async all() {
    let seen = -1;
    const watch = setInterval(() => {
      if (this.#count === seen) {
        this.fail(new Error(`${this.#due - seen} of ${this.#due} deliveries did not come`));
      }
      seen = this.#count;
    }, STALLED_MS);
    await this.orFailure(this.until(this.#due)).finally(() => clearInterval(watch));
  }

  /** Waits a moment for duplicates. @throws {Error} if more deliveries came than were due */
  async nothingMore() {
    await delay(QUIET_MS);
    if (this.#failure) throw this.#failure;
    if (this.#count !== this.#due) throw new Error(`${this.#count} deliveries, ${this.#due} due`);
  }

  /** @returns {Latency} zeros if latencies were not kept */
  latency() {
    const sorted = (this.#lateness ?? new Int32Array(1)).sort();
    /** @param {number} share */
    const at = (share) =>
      toMilliseconds(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }
}
