import type { FeedHandlers } from "../base/feed.ts";
import type { Standing } from "./messages.ts";

/** Tells one tab how the connection stands, its own or another's: each turn once. */
export class Teller {
  readonly #on: FeedHandlers;
  #status = "";
  #open = false;
  #loss: string | undefined;
  #over = false;

  constructor(handlers: FeedHandlers) {
    this.#on = handlers;
  }

  /** Nothing is told after this, not even what a handler that called it was told of. */
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
    // Why it closed for good is told before it has closed.
    if (isLoss && !this.#over) this.#on.onLoss(loss);
    if (isNew && !this.#over) this.#on.onStatus(status);
    if (hasOpened && !this.#over) this.#on.onOpen();
  }
}
