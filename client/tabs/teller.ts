import type { FeedHandlers } from "../base/feed.ts";
import type { Standing } from "./messages.ts";

/** Reports the status of the connection, own or another tab's, to one tab's page: each change once. */
export class Teller {
  readonly #on: FeedHandlers;
  #status = "";
  #open = false;
  #loss: string | undefined;
  #over = false;

  constructor(handlers: FeedHandlers) {
    this.#on = handlers;
  }

  /** Stops all reports at once, even in the middle of a report whose handler called this. */
  stop(): void {
    this.#over = true;
  }

  tell({ status, loss }: Standing): void {
    const text = JSON.stringify(status);
    const isNew = text !== this.#status;
    const isOpen = status.state === "open";
    const hasOpened = isOpen && !this.#open;
    const isLoss = loss !== undefined && loss !== this.#loss;
    this.#status = text;
    this.#open = isOpen;
    this.#loss = hasOpened ? undefined : (loss ?? this.#loss);
    // The reason for a close is reported before the close.
    if (isLoss && !this.#over) this.#on.onLoss(loss);
    if (isNew && !this.#over) this.#on.onStatus(status);
    if (hasOpened && !this.#over) this.#on.onOpen();
  }
}
