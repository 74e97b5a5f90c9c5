import type { Chunk } from "./encode.ts";
import type { Sink, SinkOwner } from "./sink/types.ts";
import type { Timers } from "./timers.ts";

/** A world whose time moves only when a test says so. */
export class FakeTimers implements Timers {
  #now = 1_700_000_000_000;
  #due: { at: number; callback: () => void }[] = [];

  /** How many timers are set: none, where a test ends with nothing open. */
  get open(): number {
    return this.#due.length;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  }

  /** Moves time on, firing what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** A machine that slept: time is later, and no timer has fired on the way. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** A sink whose reader reads when a test says so. */
export class ListSink implements Sink {
  readonly chunks: Chunk[] = [];
  owner: SinkOwner | undefined;
  full = false;
  ended = false;

  attach(owner: SinkOwner): void {
    this.owner = owner;
  }

  write(chunk: Chunk): boolean {
    if (this.ended) throw new Error("written after the end");
    this.chunks.push(chunk);
    return !this.full;
  }

  end(): void {
    this.ended = true;
  }

  text(): string {
    return this.chunks.map(({ bytes }) => new TextDecoder().decode(bytes)).join("");
  }
}
