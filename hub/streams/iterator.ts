import { decodeEvents, type ReceivedEvent } from "../wire/decode.ts";
import type { Chunk } from "../wire/encode.ts";
import type { Sink, SinkOwner } from "./sink.ts";

/** A sink that code of the same process reads event by event. It is full, unless the reader waits for the next event. */
export class IteratorSink implements Sink, AsyncIterableIterator<ReceivedEvent> {
  #owner: SinkOwner | undefined;
  #events: ReceivedEvent[] = [];
  #read = 0;
  #isOver = false;
  /** Resolves the calls of `next` that wait for a write or for the end. */
  #waiting: (() => void)[] = [];
  #finish = () => {};
  /** Resolves when the stream has ended. */
  readonly finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });

  attach(owner: SinkOwner): void {
    this.#owner = owner;
  }

  write(chunk: Chunk): boolean {
    if (this.#isOver) return false;
    const isWaitedFor = this.#waiting.length > 0;
    this.#events = [...this.#events.slice(this.#read), ...decodeEvents(chunk)];
    this.#read = 0;
    this.#wake();
    return isWaitedFor;
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
    this.#finish();
    this.#owner?.closed();
    this.#owner = undefined;
  }

  destroy(): void {
    this.#events = [];
    this.#read = 0;
    this.end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ReceivedEvent, undefined>> {
    for (;;) {
      const event = this.#events[this.#read];
      if (event !== undefined) {
        this.#read += 1;
        return { value: event, done: false };
      }
      if (this.#isOver) return { value: undefined, done: true };
      const woken = new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#owner?.drained();
      await woken;
    }
  }

  /** Ends the stream. A loop calls it at `break` and `throw`. */
  async return(): Promise<IteratorResult<ReceivedEvent, undefined>> {
    this.destroy();
    return { value: undefined, done: true };
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
