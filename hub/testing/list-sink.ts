import type { Sink, SinkOwner } from "../streams/sink.ts";
import type { Chunk } from "../wire/encode.ts";

/** A sink whose reader reads only when a test reads. */
export class ListSink implements Sink {
  readonly chunks: Chunk[] = [];
  owner: SinkOwner | undefined;
  full = false;
  ended = false;
  destroyed = false;
  /** The reader has stalled: the last write is not sent. */
  stalled = false;

  attach(owner: SinkOwner): void {
    this.owner = owner;
  }

  write(chunk: Chunk): boolean {
    if (this.ended) throw new Error("written after the end");
    this.chunks.push(chunk);
    return !this.full;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.stalled) this.owner?.closed();
  }

  destroy(): void {
    this.ended = true;
    this.destroyed = true;
    this.owner?.closed();
  }

  text(): string {
    return this.chunks.map(({ bytes }) => new TextDecoder().decode(bytes)).join("");
  }
}
