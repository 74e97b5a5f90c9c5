import type { Stop, World } from "../base/world.ts";

/** Heartbeat intervals that are believed, in seconds: a stream MUST NOT be able to make its reader spin. */
const SHORTEST_S = 0.1;
const LONGEST_S = 86_400;
/** Silence for this many intervals is death: one heartbeat may be late, two are not. */
const INTERVALS = 2.5;
/** It is never waited for longer than so many times that. */
const MOST_PATIENCE = 64;
/** A timer that is later than this, in milliseconds, was held back: the machine slept, or the tab was frozen. */
const LATE_MS = 1_000;

/**
 * Notices a stream that is open but dead: a path that was cut without a word leaves the EventSource OPEN for ever.
 * It knows how long silence may last once the server has said so, by an event that scripts can see.
 */
export class Watchdog {
  readonly #world: World;
  readonly #onSilence: (ms: number) => void;
  #limitMs: number | undefined;
  /**
   * Doubles with each silence, until something comes that shows that the stream moves. A browser tells nothing of an event before its
   * end: one that takes a slow line for longer than silence may last would else be cut off, and asked for anew, for ever.
   */
  #patience = 1;
  #heardAt = 0;
  #excusedAt: number | undefined;
  #stop: Stop | undefined;

  /** @param onSilence called once, with the milliseconds that were waited for a sign of life */
  constructor(world: World, onSilence: (ms: number) => void) {
    this.#world = world;
    this.#onSilence = onSilence;
  }

  /** The server promises a sign of life at least this often; `seconds` is the event's data, and anything else is ignored. */
  promise(seconds: string): void {
    const s = Number(seconds);
    if (!(s >= SHORTEST_S && s <= LONGEST_S)) return;
    // The first of a connection comes at once, whatever is stuck behind it.
    if (this.#limitMs !== undefined) this.#patience = 1;
    this.#limitMs = s * 1000 * INTERVALS * this.#patience;
    this.#heardAt = this.#world.elapsed();
    this.#stop?.();
    this.#watch(this.#limitMs);
  }

  /** An event came. Costs two assignments, whatever the rate: the timer looks at it when it fires. */
  heard(): void {
    this.#heardAt = this.#world.elapsed();
    this.#patience = 1;
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#limitMs = undefined;
  }

  #watch(ms: number): void {
    const due = this.#world.elapsed() + ms;
    this.#stop = this.#world.after(ms, () => {
      const limit = this.#limitMs;
      if (limit === undefined) return;
      const now = this.#world.elapsed();
      // What came while the timer was held back is still to be read, so the stream gets its time again. Only once
      // without a sign of life: a hidden tab's timers are late each time, and its streams die as others do.
      if (now - due > LATE_MS && this.#heardAt !== this.#excusedAt) {
        this.#heardAt = now;
        this.#excusedAt = now;
      }
      const left = this.#heardAt + limit - now;
      if (left > 0) return this.#watch(left);
      this.stop();
      this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
      this.#onSilence(limit);
    });
  }
}
