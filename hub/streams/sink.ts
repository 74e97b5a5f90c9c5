import type { Chunk } from "../wire/encode.ts";

/** Where a connection writes. A sink never throws, and once it has closed it does nothing. */
export interface Sink {
  /** MUST be called once, before the first write. */
  attach(owner: SinkOwner): void;
  /**
   * Takes the chunk, always. False means full: but for last words before an end, the owner MUST NOT write again
   * before `drained`. That is what bounds a slow reader's memory.
   */
  write(chunk: Chunk): boolean;
  /** Ends the stream cleanly, after what was written; `closed` tells when that has gone out. Idempotent. */
  end(): void;
  /**
   * Cuts the stream at once, also one whose end is on its way to a reader that has stalled. What has not gone out MUST NOT go out any
   * more, and `closed` MUST be called before it returns. Idempotent.
   */
  destroy(): void;
}

/** Whoever writes to a sink is told of two things. */
export interface SinkOwner {
  /** The sink takes bytes again. */
  drained(): void;
  /** It is over: all was written and the stream has ended, or the reader has gone. Once. */
  closed(): void;
}
