import { mergePages } from "./log/page.ts";
import { Ring } from "./log/ring.ts";
import {
  type Entry,
  type Lane,
  type Log,
  type Page,
  type Position,
  type ReadRequest,
  type Retention,
  START,
  toPosition,
} from "./log/types.ts";
import type { Timers } from "./timers.ts";

/** What is kept decoded in memory of each lane, for those who lag or were away for a moment. */
export const RECENT: Retention = { maxUpdates: 100_000, maxBytes: 32 * 1024 * 1024, maxAgeMs: 0 };

/** The log as its readers see it: up to where deliveries have come, with its newest part in memory. */
export class History {
  readonly #log: Log;
  readonly #recent: Record<Lane, Ring>;
  #delivered: Position;
  /** The log is read by one at a time, each in a turn of the event loop of its own. */
  #lastRead: Promise<unknown> = Promise.resolve();

  constructor(log: Log, timers: Timers, recent: Retention) {
    this.#log = log;
    this.#delivered = log.last;
    const ring = () => new Ring({ retention: recent, floor: log.last, timers });
    this.#recent = { updates: ring(), subscriptions: ring() };
  }

  /** The newest position that was handed to the connections. */
  get delivered(): Position {
    return this.#delivered;
  }

  /** The id of the newest event that was delivered, whoever may see it; `earliest`, if there was none. */
  get lastEventId(): string {
    return this.#delivered === START ? "earliest" : this.#log.cursor(this.#delivered);
  }

  /** Takes what the log's tail has brought. */
  deliver(entries: readonly [Entry, ...Entry[]]): void {
    for (const entry of entries) {
      this.#recent[entry.lane].append(entry);
      this.#delivered = entry.position;
    }
  }

  /** The newest position of the lanes that is kept no longer. */
  floor(lanes: readonly Lane[]): Position {
    return toPosition(Math.max(...lanes.map((lane) => this.#floor(lane))));
  }

  /** The position after which something is kept, in whatever lane. */
  earliest(lanes: readonly Lane[]): Position {
    return toPosition(Math.min(...lanes.map((lane) => this.#floor(lane))));
  }

  /** An id for the position; see `Log.cursor`. */
  cursor(position: Position): string {
    return this.#log.cursor(position);
  }

  /** At once, where memory has it. The promise rejects with HubError `log:unavailable`. */
  read(request: ReadRequest): Page | Promise<Page> {
    const { lanes, after, maxBytes } = request;
    if (lanes.every((lane) => after >= this.#recent[lane].floor)) {
      const last = this.#delivered;
      return lanes
        .map((lane) => this.#recent[lane].read({ ...request, last }))
        .reduce((a, b) => mergePages(a, b, maxBytes));
    }
    const read = this.#lastRead.then(() => this.#readLog(request));
    this.#lastRead = read.catch(() => {});
    return read;
  }

  async #readLog(request: ReadRequest): Promise<Page> {
    await new Promise((resolve) => setImmediate(resolve));
    const { after, lanes } = request;
    const kept = lanes.filter((lane) => this.#log.floor(lane) <= after);
    const { entries, to } = await this.#log.read(request);
    // What was let go meanwhile is not on the page: its reader asks again, and learns of the gap.
    if (kept.some((lane) => this.#log.floor(lane) > after)) return { entries: [], to: after };
    // The log may have more than the tail has told of yet.
    const delivered = this.#delivered;
    if (to <= delivered) return { entries, to };
    return { entries: entries.filter(({ position }) => position <= delivered), to: delivered };
  }

  #floor(lane: Lane): Position {
    return toPosition(Math.min(this.#log.floor(lane), this.#recent[lane].floor));
  }
}
