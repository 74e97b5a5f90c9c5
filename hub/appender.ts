import { HubError } from "./errors.ts";
import type { Appended, Log, Receipt, SubscriptionsAppend } from "./log/types.ts";
import type { Logger } from "./logger.ts";
import type { Update } from "./update.ts";

/** How many updates may wait for the log at once. */
const MAX_WAITING = 100_000;

/** Hands the log what it is to keep. */
export class Appender {
  readonly #log: Log;
  readonly #logger: Logger;
  readonly #hasRoom: () => Promise<void>;
  #waiting = 0;
  #lost: HubError | undefined;

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
    if (this.#waiting + updates.length > MAX_WAITING) {
      throw new HubError("log:busy", `${this.#waiting} updates wait for the log`);
    }
    this.#waiting += updates.length;
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
