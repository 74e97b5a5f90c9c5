/** The subscribers: raw sockets, one buffer for all their reads. Each delivery is counted, and must be the next of its topic. */
import { connect } from "node:net";
import { StreamReader } from "../frames.mjs";

/**
 * @typedef {object} Subscription
 * @property {number} port
 * @property {string} path
 * @property {number} from the sequence number that its first delivery must have
 * @property {boolean} ordered false if several connections publish to its topic: each update must come once, in any order
 * @property {string | undefined} lastEventId
 * @property {string | undefined} token
 * @property {boolean} keepsId
 */
/** @typedef {(time: number) => void} OnDelivery `time`: when the update was sent */

const buffer = Buffer.allocUnsafeSlow(256 * 1024);

/** The number of bytes that all subscribers have read. */
export const traffic = { bytes: 0 };

export class Subscriber {
  /** @type {Promise<void>} resolves when the connection is made */
  connected;
  /** @type {Promise<void>} resolves when the head has arrived */
  opened;
  #socket;
  #reader;
  #closed = false;

  /**
   * @param {Subscription} subscription
   * @param {OnDelivery} onDelivery
   * @param {(error: Error) => void} onFailure
   */
  constructor({ port, path, from, ordered, lastEventId, token, keepsId }, onDelivery, onFailure) {
    let next = from;
    /** @type {Set<number>} */
    const early = new Set();
    /** @param {number} _id @param {number} sequence @param {number} time */
    const onEvent = (_id, sequence, time) => {
      if (sequence === next) next++;
      else if (ordered || sequence < next || early.has(sequence)) {
        fail(new Error(`a wrong delivery of ${path}: number ${sequence} where ${next} was due`));
      } else early.add(sequence);
      while (early.size > 0 && early.delete(next)) next++;
      onDelivery(time);
    };
    /** @param {Error} error */
    const fail = (error) => {
      if (!this.#closed) onFailure(error);
    };
    /** @param {number} length */
    const callback = (length) => {
      traffic.bytes += length;
      try {
        this.#reader.push(buffer, length);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
      return true;
    };
    this.#socket = connect({ port, host: "127.0.0.1", onread: { buffer, callback } });
    this.connected = new Promise((resolve) => this.#socket.once("connect", () => resolve()));
    let onOpen = () => {};
    this.opened = new Promise((resolve) => {
      onOpen = resolve;
    });
    this.#reader = new StreamReader(() => onOpen(), onEvent, { keepsId });
    this.#socket
      .on("error", fail)
      .on("close", () => fail(new Error("the server closed a connection")));
    const headers = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Accept: text/event-stream",
      ...(lastEventId === undefined ? [] : [`Last-Event-ID: ${lastEventId}`]),
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ];
    this.#socket.write(`${headers.join("\r\n")}\r\n\r\n`);
  }

  /** Returns the id of the last event, as it was written, if the subscriber keeps it. */
  get lastId() {
    return this.#reader.lastId;
  }

  /** Resets the connection, which leaves no port in TIME_WAIT. */
  close() {
    this.#closed = true;
    this.#socket.resetAndDestroy();
  }
}
