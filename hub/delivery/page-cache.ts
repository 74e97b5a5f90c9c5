import type { SharedPage } from "./shared-page.ts";

/**
 * What pages that were read for those who lag or resume may take, all together. Ten thousand clients that come back after a deploy
 * read the same pages one after the other: the first has them cut, the others find them.
 */
export class PageCache {
  readonly #maxBytes: number;
  /** The oldest first. */
  readonly #pages = new Map<SharedPage, () => void>();
  #bytes = 0;

  /** @param maxBytes of entries' weight; what is joined from their frames may take as much again */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps the page until others need its room, and then calls `forget`. */
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
