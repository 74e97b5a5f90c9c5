import type { SharedPage } from "./shared-page.ts";

/**
 * Bounds the memory of the pages that are kept for slow or resuming connections, all together. Ten thousand clients that reconnect
 * after a deploy read the same pages: the first client makes the hub read them, and the others find them here.
 */
export class PageCache {
  readonly #maxBytes: number;
  /** The oldest first. */
  readonly #pages = new Map<SharedPage, () => void>();
  #bytes = 0;

  /** @param maxBytes the most weight of entries; the chunks that are joined from their frames may take as much again */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps the page until it is evicted to make room for others, and then calls `forget`. */
  keep(page: SharedPage, forget: () => void): void {
    this.#pages.set(page, forget);
    this.#bytes += page.bytes;
    for (const [oldest, forgetOldest] of this.#pages) {
      if (this.#bytes <= this.#maxBytes) return;
      this.drop(oldest);
      forgetOldest();
    }
  }

  drop(page: SharedPage): void {
    if (this.#pages.delete(page)) this.#bytes -= page.bytes;
  }
}
