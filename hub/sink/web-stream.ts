import type { Chunk } from "../encode.ts";
import type { Sink, SinkOwner } from "./types.ts";

/**
 * A sink into a ReadableStream, for a Response's body.
 * It holds at most one chunk (the stream's default high-water mark); the reader holds at most one more.
 */
export class WebStreamSink implements Sink, UnderlyingDefaultSource<Uint8Array> {
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #owner: SinkOwner | undefined;
  #full = false;

  constructor() {
    this.body = new ReadableStream<Uint8Array>(this);
  }

  attach(owner: SinkOwner): void {
    this.#owner = owner;
  }

  write(chunk: Chunk): boolean {
    const controller = this.#controller;
    if (!controller) return false;
    controller.enqueue(chunk.bytes);
    this.#full = (controller.desiredSize ?? 0) <= 0;
    return !this.#full;
  }

  end(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.close();
  }

  // What follows is called by the stream.

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#owner?.drained();
  }

  cancel(): void {
    this.#controller = undefined;
    this.#owner?.left();
  }
}
