import type { Timers } from "../base/timers.ts";

/** Timers whose time moves only when a test moves it. */
export class FakeTimers implements Timers {
  #now = 1_700_000_000_000;
  /** The offset of the time of day, in milliseconds. */
  #set = 0;
  #due: { at: number; callback: () => void }[] = [];

  /** The number of timers that are set. It is 0 if a test ends with nothing open. */
  get open(): number {
    return this.#due.length;
  }

  now(): number {
    return this.#now + this.#set;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Changes the time of day by `ms`, backwards if `ms` is negative. */
  setTime(ms: number): void {
    this.#set += ms;
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

  /** Moves the time forward and fires all due timers, in order. */
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

  /** Moves the time forward without firing timers, as if the process had been stopped. */
  jump(ms: number): void {
    this.#now += ms;
  }
}
