import type { Chunk } from "../wire/encode.ts";

/** The target of a connection's writes. A sink MUST NOT throw. After it has closed, its methods do nothing. */
export interface Sink {
  /** MUST be called once, before the first write. */
  attach(owner: SinkOwner): void;
  /**
   * Accepts the chunk, always. Returns false if the sink is full. Then the owner MUST NOT write again before `drained`, except for
   * the last bytes before `end`. This bounds the memory of a slow reader.
   */
  write(chunk: Chunk): boolean;
  /** Ends the stream cleanly, after the chunks that were written. Calls `closed` when all of it was sent. Idempotent. */
  end(): void;
  /**
   * Cuts the stream at once, also if its end is on its way to a stalled reader. Unsent bytes MUST NOT be sent any more.
   * MUST call `closed` before it returns. Idempotent.
   */
  destroy(): void;
}

/** The writer of a sink. The sink reports two events to it. */
export interface SinkOwner {
  /** The sink accepts bytes again. */
  drained(): void;
  /** The stream is over: it has ended and all of it was sent, or the reader has left. Called once. */
  closed(): void;
}
