import type { Stop, World } from "../base/world.ts";

/** A leader that says nothing for this long, in milliseconds, is asked for a sign of life. */
const QUIET_MS = 5_000;
/** Nobody looks at a hidden tab, and its timers are held back anyway. */
const QUIET_HIDDEN_MS = 60_000;
/** An answer is waited for this long: its page may be at work. Then as long again, by chance, so that not all tabs act at once. */
const ANSWER_MS = 3_000;
/** A timer that is later than this was held back: the machine slept, or this tab was frozen. */
const LATE_MS = 1_000;

export interface LifeSignHandlers {
  /** Asks for a sign of life. */
  onQuiet(): void;
  /** There was none. */
  onDead(): void;
}

/**
 * Notices a leader that is frozen or hung: its lock stays where it is. Timers of such a page stand still, messages of others wait; so
 * it is the other tabs that ask.
 */
export class LifeSigns {
  readonly #world: World;
  readonly #on: LifeSignHandlers;
  #heardAt = 0;
  #answered = true;
  #stop: Stop | undefined;

  constructor(world: World, handlers: LifeSignHandlers) {
    this.#world = world;
    this.#on = handlers;
  }

  /** Somebody was asked just now. */
  expect(): void {
    this.#await(false);
  }

  /** A sign of life. Costs two assignments, whatever the rate: the timers look at it when they fire. */
  heard(): void {
    this.#heardAt = this.#world.elapsed();
    this.#answered = true;
  }

  /** Asks at once, where it would only have asked later. */
  ask(): void {
    this.#on.onQuiet();
    this.#await(false);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #await(excused: boolean): void {
    this.#answered = false;
    const ms = ANSWER_MS * (1 + this.#world.random());
    this.#after(ms, (late) => {
      if (this.#answered) return this.#watch();
      // What came while this tab stood still is yet to be read. Once only: timers of a hidden tab are late each time.
      if (late && !excused) {
        this.#on.onQuiet();
        return this.#await(true);
      }
      this.#watch();
      this.#on.onDead();
    });
  }

  #watch(): void {
    const quiet = this.#world.visible() ? QUIET_MS : QUIET_HIDDEN_MS;
    const left = this.#heardAt + quiet - this.#world.elapsed();
    this.#after(left > 0 ? left : quiet, () => {
      if (this.#world.elapsed() - this.#heardAt >= quiet) this.ask();
      else this.#watch();
    });
  }

  #after(ms: number, callback: (late: boolean) => void): void {
    this.stop();
    const due = this.#world.elapsed() + ms;
    this.#stop = this.#world.after(ms, () => {
      this.#stop = undefined;
      callback(this.#world.elapsed() - due > LATE_MS);
    });
  }
}
