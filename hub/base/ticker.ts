import type { Stop, Timers } from "./timers.ts";

const SECOND = 1000;

/** Calls back once a second, while it runs. */
export class Ticker {
  readonly #timers: Timers;
  readonly #tick: () => void;
  #stop: Stop | undefined;

  constructor(timers: Timers, tick: () => void) {
    this.#timers = timers;
    this.#tick = tick;
  }

  get isRunning(): boolean {
    return this.#stop !== undefined;
  }

  /** The first call comes in a second. Idempotent. */
  start(): void {
    if (!this.isRunning) this.#arm(this.#timers.elapsed() + SECOND);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  // Each tick is timed from the due time of the one before, not from the time its timer fired: delays do not add up.
  #arm(due: number): void {
    const now = this.#timers.elapsed();
    // A process that was suspended for a while does not catch up: it continues from now.
    const next = due < now ? now + SECOND : due;
    this.#stop = this.#timers.after(next - now, () => {
      this.#arm(next + SECOND);
      this.#tick();
    });
  }
}
