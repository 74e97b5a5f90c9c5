import type { Timers } from "../base/timers.ts";

/** A world whose time moves only when a test says so. */
export class FakeTimers implements Timers {
  #now = 1_700_000_000_000;
  /** What somebody has set the time of day by. */
  #set = 0;
  #due: { at: number; callback: () => void }[] = [];

  /** How many timers are set: none, where a test ends with nothing open. */
  get open(): number {
    return this.#due.length;
  }

  now(): number {
    return this.#now + this.#set;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Sets the time of day, back where `ms` is negative. */
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

  /** A process that was stopped: time is later, and no timer has fired on the way. */
  jump(ms: number): void {
    this.#now += ms;
  }
}
