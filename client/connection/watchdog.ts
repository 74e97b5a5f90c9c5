import type { Stop, World } from "../base/world.ts";

/** The range of heartbeat intervals that are accepted, in seconds: a stream MUST NOT be able to make its reader spin. */
const SHORTEST_S = 0.1;
const LONGEST_S = 86_400;
/** A stream is dead after this many intervals of silence: one heartbeat may be late, two may not. */
const INTERVALS = 2.5;
/** The longest silence that is allowed, as a multiple of that. */
const MOST_PATIENCE = 64;
/** A timer that is later than this, in milliseconds, was delayed: the machine slept, or the tab was frozen. */
const LATE_MS = 1_000;

/**
 * Notices a stream that is open but dead: when a path is cut without a notice, the EventSource stays OPEN for ever.
 * The server sends the longest silence to expect, by an event that scripts can see.
 */
export class Watchdog {
  readonly #world: World;
  readonly #onSilence: (ms: number) => void;
  #limitMs: number | undefined;
  /**
   * Doubles with each silence, and resets when something shows that data flows. A browser reports an event only at its end. On a slow line
   * a large event can take longer than the allowed silence. Without doubling, that event would be cut off and asked for again, for ever.
   */
  #patience = 1;
  #heardAt = 0;
  #excusedAt: number | undefined;
  #stop: Stop | undefined;

  /** @param onSilence called once, with the milliseconds that passed without a sign of life */
  constructor(world: World, onSilence: (ms: number) => void) {
    this.#world = world;
    this.#onSilence = onSilence;
  }

  /** Notes the server's promise of a sign of life at least this often. `seconds` is the event's data; an invalid value is ignored. */
  promise(seconds: string): void {
    const s = Number(seconds);
    if (!(s >= SHORTEST_S && s <= LONGEST_S)) return;
    // The first heartbeat of a connection comes at once, even if a large event is stuck after it. So only later ones reset the factor.
    if (this.#limitMs !== undefined) this.#patience = 1;
    this.#limitMs = s * 1000 * INTERVALS * this.#patience;
    this.#heardAt = this.#world.elapsed();
    this.#stop?.();
    this.#watch(this.#limitMs);
  }

  /** Notes an event. It costs two assignments, whatever the rate: the timer reads them when it fires. */
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
      // Data that arrived while the timer was delayed is not read yet, so the stream gets its time again. This happens only once without a
      // sign of life: a hidden tab's timers are always late, and its streams can die too.
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
