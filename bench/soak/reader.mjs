/** An honest reader: it reconnects after its last event whenever its stream ends, and reports each update that it gets. */
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createParser } from "eventsource-parser";

/** The longest accepted silence. The hub sends heartbeats more often. */
const SILENCE_MS = 20_000;
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 2000;
const REFUSED_MS = 500;

/**
 * @typedef {object} Reading
 * @property {number} port
 * @property {string} query
 * @property {() => Promise<string>} token returns a new token for each connection
 * @property {(data: string) => void} onUpdate
 */

export class Reader {
  /** The number of notices that the history no longer had the missed updates. */
  gaps = 0;
  /** The number of streams that were open, but silent. */
  silences = 0;
  reconnects = -1;
  /** @type {Promise<void>} resolves when its first stream is open */
  opened;
  #reading;
  #lastEventId = "";
  #retryMs = RETRY_MS;
  #onOpen = () => {};
  #ending = new AbortController();
  #finished;

  /** @param {Reading} reading */
  constructor(reading) {
    this.#reading = reading;
    this.opened = new Promise((resolve) => {
      this.#onOpen = () => resolve();
    });
    this.#finished = this.#work();
  }

  async close() {
    this.#ending.abort();
    await this.#finished;
  }

  async #work() {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const wasOpen = await this.#read(await this.#reading.token());
      const ms = wasOpen ? Math.min(this.#retryMs, LONGEST_RETRY_MS) : REFUSED_MS;
      await delay(ms, undefined, { signal }).catch(() => {});
    }
  }

  /** Reads one stream, up to its end. Resolves to whether it was opened at all. @param {string} token @returns {Promise<boolean>} */
  #read(token) {
    const { port, query, onUpdate } = this.#reading;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "text/event-stream",
      ...(this.#lastEventId === "" ? {} : { "last-event-id": this.#lastEventId }),
    };
    const parser = createParser({
      onEvent: ({ id, event, data }) => {
        if (id !== undefined) this.#lastEventId = id;
        if (event === "runnel:gap") this.gaps++;
        else onUpdate(data);
      },
      onRetry: (ms) => {
        this.#retryMs = ms;
      },
    });
    return new Promise((resolve) => {
      const path = `/.well-known/mercure?${query}`;
      const asked = request(
        { host: "127.0.0.1", port, path, headers, agent: false, signal: this.#ending.signal },
        (response) => {
          const isStream = response.statusCode === 200;
          if (isStream) {
            this.reconnects++;
            this.#onOpen();
          }
          const decoder = new TextDecoder();
          response.on("data", (bytes) => parser.feed(decoder.decode(bytes, { stream: true })));
          response.on("error", () => {});
          response.on("close", () => resolve(isStream));
        },
      );
      asked.setTimeout(SILENCE_MS, () => {
        this.silences++;
        asked.destroy();
      });
      asked.on("error", () => resolve(false));
      asked.end();
    });
  }
}
