import type { Stop, World } from "../base/world.ts";

/** A leader that is silent for this long, in milliseconds, is asked for a sign of life. */
const QUIET_MS = 5_000;
/** The same for a hidden tab: nobody looks at it, and its timers are delayed anyway. */
const QUIET_HIDDEN_MS = 60_000;
/**
 * The wait for an answer, in milliseconds, since the leader's page may be busy. Up to as much again is added by chance, so that not all
 * tabs act at once.
 */
const ANSWER_MS = 3_000;
/** A timer that is later than this, in milliseconds, was delayed: the machine slept, or this tab was frozen. */
const LATE_MS = 1_000;

export interface LifeSignHandlers {
  /** The leader is silent, and has to be asked for a sign of life. */
  onQuiet(): void;
  /** The leader gave no sign of life. */
  onDead(): void;
}

/**
 * Notices a leader that is frozen or hangs, which keeps its lock. Its own timers do not run, and its messages wait. So the other tabs have
 * to ask.
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

  /** Waits for an answer: the leader was asked just now. */
  expect(): void {
    this.#await(false);
  }

  /** Notes a sign of life. It costs two assignments, whatever the rate: the timers read them when they fire. */
  heard(): void {
    this.#heardAt = this.#world.elapsed();
    this.#answered = true;
  }

  /** Asks at once instead of waiting for the timer. */
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
      // Messages that came while this tab stood still are not read yet. It waits again only once: timers of a hidden tab are always late.
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
