import type { Timers } from "./timers.ts";

/** The time that long work may use in one turn of the event loop, in milliseconds. */
const SLICE_MS = 3;

/** A queue for turns of the event loop. Long work waits for a new turn for each of its slices, so other work runs in between. */
export class Turns {
  readonly #timers: Timers;
  readonly #waiting: (() => void)[] = [];

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves in a turn that no other caller gets, with the slice of it that the caller may use. */
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

  /** Whether the time of the slice is used up. */
  get isOver(): boolean {
    return this.#timers.elapsed() >= this.#until;
  }
}
