import type { FeedHandlers } from "../feed.ts";
import type { Standing } from "./messages.ts";

/** Tells one tab how the connection stands, its own or another's: each turn once. */
export class Teller {
  readonly #on: FeedHandlers;
  #told = "";
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
    const now = JSON.stringify(status);
    const wasOpen = this.#open;
    const told = this.#loss;
    this.#open = status.state === "open";
    this.#loss = this.#open ? undefined : (loss ?? told);
    if (this.#over) return;
    if (now !== this.#told) this.#on.onStatus(status);
    this.#told = now;
    if (this.#over) return;
    if (this.#open && !wasOpen) this.#on.onOpen();
    // It is told again where there is something else to mend.
    else if (!this.#open && loss !== undefined && loss !== told) this.#on.onLoss(loss);
  }
}
