/** Records the updates that a hub acknowledged, and the updates that each reader got. */

/**
 * @typedef {object} Account
 * @property {number} acknowledged updates
 * @property {number} received the acknowledged updates that the reader with the fewest got
 * @property {number} lost missing deliveries, of all readers
 * @property {number} doubled duplicate deliveries, of all readers
 */

export class Ledger {
  /** @type {Set<string>} */
  #acknowledged = new Set();
  /** How many times each reader got an update. @type {Map<string, Map<string, number>>} */
  #received = new Map();

  /** @param {string} update its data, which is unique */
  acknowledge(update) {
    this.#acknowledged.add(update);
  }

  /** @param {string} reader */
  join(reader) {
    this.#received.set(reader, new Map());
  }

  /** @param {string} reader @param {string} update */
  receive(reader, update) {
    const its = this.#received.get(reader);
    its?.set(update, (its.get(update) ?? 0) + 1);
  }

  /** Whether each reader has all acknowledged updates. */
  get isSettled() {
    return this.account().lost === 0;
  }

  /** @returns {Account} */
  account() {
    const acknowledged = this.#acknowledged.size;
    const account = { acknowledged, received: acknowledged, lost: 0, doubled: 0 };
    for (const its of this.#received.values()) {
      let received = 0;
      for (const update of this.#acknowledged) if (its.has(update)) received++;
      account.received = Math.min(account.received, received);
      account.lost += acknowledged - received;
      for (const times of its.values()) account.doubled += times - 1;
    }
    return account;
  }
}
