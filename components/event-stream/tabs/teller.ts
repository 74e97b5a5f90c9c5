import type { FeedHandlers } from "../feed.ts";
import type { Standing } from "./messages.ts";

/** Tells one tab how the connection stands, its own or another's: each turn once. */
export class Teller {
  readonly #on: FeedHandlers;
  #told = "";
  #open = false;
  #lost = false;
  #over = false;

  constructor(handlers: FeedHandlers) {
    this.#on = handlers;
  }

  /** Nothing is told after this, not even what a handler that called it was told of. */
  stop(): void {
    this.#over = true;
  }

  tell({ status, loss }: Standing): void {
    const now = JSON.stringify(status);
    const wasOpen = this.#open;
    const wasLost = this.#lost;
    this.#open = status.state === "open";
    this.#lost = !this.#open && (wasLost || loss !== undefined);
    if (this.#over) return;
    if (now !== this.#told) this.#on.onStatus(status);
    this.#told = now;
    if (this.#over) return;
    if (this.#open && !wasOpen) this.#on.onOpen();
    else if (this.#lost && !wasLost && loss !== undefined) this.#on.onLoss(loss);
  }
}
