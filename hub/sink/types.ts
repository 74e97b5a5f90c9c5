import type { Chunk } from "../encode.ts";

/** Where a connection writes. A sink never throws, and after `end` or `left` it does nothing. */
export interface Sink {
  /** MUST be called once, before the first write. */
  attach(owner: SinkOwner): void;
  /**
   * Takes the chunk, always. False means full: the owner MUST NOT write again before `drained`,
   * which is what bounds a slow reader's memory.
   */
  write(chunk: Chunk): boolean;
  /** Ends the stream cleanly, after what was written. Idempotent. */
  end(): void;
}

/** Whoever writes to a sink is told of two things. */
export interface SinkOwner {
  /** The sink takes bytes again. */
  drained(): void;
  /** The reader is gone; nothing written from now on reaches it. At most once. */
  left(): void;
}
