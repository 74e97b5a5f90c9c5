import { HubError } from "./base/errors.ts";
import type { Logger } from "./base/logger.ts";
import type { Appended, Log, Receipt, SubscriptionsAppend } from "./log/log.ts";
import { weightOfUpdate } from "./log/weight.ts";
import type { Update } from "./topics/update.ts";

/** How many updates may wait for the log at once, and how many bytes they may take in memory. */
export const MAX_WAITING = { updates: 100_000, bytes: 64 * 1024 * 1024 } as const;

/** Appends updates and subscription events to the log, and bounds the updates that wait for it. */
export class Appender {
  readonly #log: Log;
  readonly #logger: Logger;
  readonly #hasRoom: () => Promise<void>;
  #waiting = 0;
  #lost: HubError | undefined;
  #bytes = 0;

  /** @param hasRoom resolves when delivery has room for more entries: publishers wait for it, so they are no faster than delivery */
  constructor(log: Log, logger: Logger, hasRoom: () => Promise<void>) {
    this.#log = log;
    this.#logger = logger;
    this.#hasRoom = hasRoom;
    void log.lost.then((error) => {
      this.#lost = error;
    });
  }

  /** The number of updates that the log has not acknowledged yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Appends the updates. Resolves when the log has acknowledged them. @throws HubError `log:busy`, `log:unavailable`, `log:owned` */
  async updates(updates: readonly Update[], receipt: Receipt | undefined): Promise<Appended> {
    if (this.#lost) throw this.#lost;
    let bytes = 0;
    for (const update of updates) bytes += weightOfUpdate(update);
    const isOver =
      this.#waiting + updates.length > MAX_WAITING.updates ||
      this.#bytes + bytes > MAX_WAITING.bytes;
    // A single batch is accepted whatever its size: otherwise a large batch could never be published.
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

  /**
   * Appends subscription events, without waiting: the log keeps the order of the calls. If the log is lost, it does nothing:
   * the next owner of the log ends the subscriptions that were active.
   */
  events(append: SubscriptionsAppend): void {
    if (this.#lost) return;
    this.#log.append(append).catch((error: unknown) => {
      const fields = { events: append.events.length, error: String(error) };
      this.#logger.warn(fields, "subscription events are lost");
    });
  }
}
