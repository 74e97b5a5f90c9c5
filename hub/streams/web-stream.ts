import type { Chunk } from "../wire/encode.ts";
import type { Sink, SinkOwner } from "./sink.ts";

const ignore = () => {};

export interface WebStreamOptions {
  /**
   * Whether the process continues after the request's handler returns. If so, a pipe resolves at once, and Next releases the data that
   * it keeps for a request in progress. Elsewhere (Vercel) the process may end when the handler returns.
   */
  readonly longLived: boolean;
  /** Resets the reader's connection, and discards the bytes that are on their way; see `destroy`. */
  readonly reset: () => void;
}

/**
 * A sink that writes to a ReadableStream, for a Response's body.
 *
 * Next pipes a body into the socket with `pipeTo`. The standard `pipeTo` moves each chunk through a reader, promises and two queues.
 * This body's own `pipeTo` writes to the destination as soon as the hub writes, for half the cost
 * (docs/decisions/0004-the-bodys-own-pipe.md). Other ways to read the body use the standard `pull`.
 *
 * Without a reader, it keeps the chunks that are written, and is full. When piped, the destination holds one chunk on its way and one
 * that waits behind it. Then it is full.
 */
export class WebStreamSink implements Sink, UnderlyingDefaultSource<Uint8Array> {
  readonly body: ReadableStream<Uint8Array>;
  #owner: SinkOwner | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  /** Chunks that were written while nothing was reading. */
  #held: Uint8Array[] = [];
  readonly #longLived: boolean;
  readonly #reset: () => void;
  #readerWaits = false;
  #ended = false;

  constructor({ longLived, reset }: WebStreamOptions) {
    this.#longLived = longLived;
    this.#reset = reset;
    this.body = new DirectBody(this);
  }

  attach(owner: SinkOwner): void {
    this.#owner = owner;
  }

  write(chunk: Chunk): boolean {
    if (this.#ended) return false;
    if (this.#writer) return this.#writeDirectly(this.#writer, chunk.bytes);
    if (!this.#readerWaits) {
      this.#held.push(chunk.bytes);
      return false;
    }
    this.#readerWaits = false;
    this.#controller?.enqueue(chunk.bytes);
    return true;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#writer) this.#writer.close().catch(ignore);
    else if (this.#held.length === 0) this.#finish();
  }

  destroy(): void {
    if (this.#owner === undefined) return;
    this.#reset();
    // Next treats an error of this name as a client that has disconnected.
    const reason = new DOMException("the stream was cut", "AbortError");
    this.#writer?.abort(reason).catch(ignore);
    this.#controller?.error(reason);
    this.#controller = undefined;
    this.#finish();
  }

  /**
   * Writes to the destination from now on. Resolves when the stream has ended, and rejects when the destination fails.
   * If the process is long-lived, resolves as soon as the destination is locked.
   */
  async pipeDirectly(destination: WritableStream<Uint8Array>, signal?: AbortSignal): Promise<void> {
    const writer = destination.getWriter();
    this.#writer = writer;
    const abort = () => writer.abort(signal?.reason).catch(ignore);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
    for (const bytes of this.#held) writer.write(bytes).catch(ignore);
    this.#held = [];
    if (this.#ended) writer.close().catch(ignore);
    else this.#owner?.drained();
    const closed = writer.closed.finally(() => this.#finish());
    if (this.#longLived) closed.catch(ignore);
    else await closed;
  }

  #writeDirectly(writer: WritableStreamDefaultWriter<Uint8Array>, bytes: Uint8Array): boolean {
    // A failed write puts the whole destination in an error state, and `writer.closed` reports it.
    writer.write(bytes).catch(ignore);
    // The chunk on its way counts until its write resolves: 0 means that chunk alone, less than 0 that another waits behind it.
    if ((writer.desiredSize ?? 0) >= 0) return true;
    writer.ready.then(() => this.#owner?.drained(), ignore);
    return false;
  }

  /** Closes the sink: everything was sent, or nothing more can be sent. */
  #finish(): void {
    this.#ended = true;
    this.#held = [];
    this.#controller?.close();
    this.#controller = undefined;
    this.#owner?.closed();
    this.#owner = undefined;
  }

  // The stream calls the methods below when it is read and not piped.

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const next = this.#held.shift();
    if (next) {
      controller.enqueue(next);
      if (this.#ended && this.#held.length === 0) this.#finish();
      return;
    }
    this.#readerWaits = true;
    this.#owner?.drained();
  }

  cancel(): void {
    // The stream has already closed its controller.
    this.#controller = undefined;
    this.#finish();
  }
}

class DirectBody extends ReadableStream<Uint8Array> {
  readonly #sink: WebStreamSink;

  constructor(sink: WebStreamSink) {
    // With 0 the stream does not read ahead: a call of `pull` means that a reader waits.
    super(sink, { highWaterMark: 0 });
    this.#sink = sink;
  }

  override pipeTo(
    destination: WritableStream<Uint8Array>,
    options: StreamPipeOptions = {},
  ): Promise<void> {
    const { signal, preventAbort, preventCancel, preventClose } = options;
    if (this.locked || preventAbort || preventCancel || preventClose) {
      return super.pipeTo(destination, options);
    }
    return this.#sink.pipeDirectly(destination, signal);
  }
}
