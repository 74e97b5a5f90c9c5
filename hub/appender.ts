import { HubError } from "./base/errors.ts";
import type { Logger } from "./base/logger.ts";
import type { Appended, Log, Receipt, SubscriptionsAppend } from "./log/log.ts";
import { weightOfUpdate } from "./log/weight.ts";
import type { Update } from "./topics/update.ts";

/** How many updates may wait for the log at once, and how many bytes they may take in memory. */
export const MAX_WAITING = { updates: 100_000, bytes: 64 * 1024 * 1024 } as const;

/** Hands the log what it is to keep. */
export class Appender {
  readonly #log: Log;
  readonly #logger: Logger;
  readonly #hasRoom: () => Promise<void>;
  #waiting = 0;
  #lost: HubError | undefined;
  #bytes = 0;

  /** @param hasRoom resolves when those who read the log can take more: publishers are no faster than that */
  constructor(log: Log, logger: Logger, hasRoom: () => Promise<void>) {
    this.#log = log;
    this.#logger = logger;
    this.#hasRoom = hasRoom;
    void log.lost.then((error) => {
      this.#lost = error;
    });
  }

  /** Updates that the log has not acknowledged yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** @throws HubError `log:busy`, `log:unavailable`, `log:owned` */
  async updates(updates: readonly Update[], receipt: Receipt | undefined): Promise<Appended> {
    if (this.#lost) throw this.#lost;
    let bytes = 0;
    for (const update of updates) bytes += weightOfUpdate(update);
    const isOver =
      this.#waiting + updates.length > MAX_WAITING.updates ||
      this.#bytes + bytes > MAX_WAITING.bytes;
    // One batch alone is accepted whatever its size: else it never would be.
    if (isOver && this.#waiting > 0) {
      const message = `${this.#waiting} updates of ${this.#bytes} bytes wait for the log, and at most ${MAX_WAITING.updates} of ${MAX_WAITING.bytes} bytes may: publish again in a moment`;
      throw new HubError("log:busy", message);
    }
    this.#waiting += updates.length;
    this.#bytes += bytes;
    try {
      const appended = await this.#log.append({
        lane: "updates",
        updates,
        ...(receipt ? { receipt } : {}),
      });
      await this.#hasRoom();
      return appended;
    } finally {
      this.#waiting -= updates.length;
      this.#bytes -= bytes;
    }
  }

  /** The log's order is that of the calls, so nobody waits. Of a log that is lost, the next owner ends what was active. */
  events(append: SubscriptionsAppend): void {
    if (this.#lost) return;
    this.#log.append(append).catch((error: unknown) => {
      const fields = { events: append.events.length, error: String(error) };
      this.#logger.warn(fields, "subscription events are lost");
    });
  }
}
