import type { Timers } from "./timers.ts";

/** Work that can be cut goes on for so long in one turn of the event loop, in milliseconds. */
const SLICE_MS = 3;

/** Hands out turns of the event loop, one after the other: long work takes one for each of its slices, and others theirs in between. */
export class Turns {
  readonly #timers: Timers;
  readonly #waiting: (() => void)[] = [];

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves in a turn that nobody else gets, with the slice that may be used of it. */
  async next(): Promise<Slice> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#schedule();
    });
    return new Slice(this.#timers);
  }

  #schedule(): void {
    setImmediate(() => {
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }
}

/** A part of one turn of the event loop. */
export class Slice {
  readonly #timers: Timers;
  readonly #until: number;

  constructor(timers: Timers) {
    this.#timers = timers;
    this.#until = timers.elapsed() + SLICE_MS;
  }

  /** Whether it is time to let others have their turn. */
  get isOver(): boolean {
    return this.#timers.elapsed() >= this.#until;
  }
}
