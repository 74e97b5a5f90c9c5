import type { Stop, World } from "../base/world.ts";

/**
 * The limit for a hub's first bytes, in milliseconds. They are sent with the head of its answer: if they come later, something has held
 * them back.
 */
const FIRST_BYTES_MS = 5_000;
/** A timer that is later than this, in milliseconds, was delayed itself. The data that arrived meanwhile is not read yet. */
const LATE_MS = 1_000;
/** Data that was held back arrives all at once. Signs of life further apart than this, in milliseconds, did not arrive in one piece. */
const PIECE_MS = 1_000;
/** In heartbeat intervals: a sign of life is in time if it comes within this many after the one before. */
const IN_TIME = 1.5;

/**
 * Notices a path that holds a stream back: a proxy that buffers, or a compressor that waits for a full block.
 * The hub's first bytes contain an event. If that event is late, so is all that follows.
 */
export class PathWatch {
  readonly #world: World;
  readonly #onChange: () => void;
  #held = false;
  #intervalMs = Number.POSITIVE_INFINITY;
  /** When the current series of signs of life in time began. */
  #firstAt: number | undefined;
  #lastAt = 0;
  #stop: Stop | undefined;

  /** @param onChange called when `held` has changed */
  constructor(world: World, onChange: () => void) {
    this.#world = world;
    this.#onChange = onChange;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Waits for first bytes: a connection is being made, or the head of its answer has come. */
  expect(): void {
    this.stop();
    this.#firstAt = undefined;
    const due = this.#world.elapsed() + FIRST_BYTES_MS;
    this.#stop = this.#world.after(FIRST_BYTES_MS, () => {
      if (this.#world.elapsed() - due > LATE_MS) this.expect();
      else {
        this.#stop = undefined;
        this.#set(true);
      }
    });
  }

  /** Notes a heartbeat; `seconds` is its data. */
  beat(seconds: string): void {
    const ms = Number(seconds) * 1000;
    if (ms > 0) this.#intervalMs = ms;
    this.heard();
  }

  /** Notes a sign of life. */
  heard(): void {
    if (this.#stop !== undefined) {
      this.stop();
      this.#set(false);
    }
    if (!this.#held) return;
    const now = this.#world.elapsed();
    const isLate = now - this.#lastAt > IN_TIME * this.#intervalMs;
    if (this.#firstAt === undefined || isLate) this.#firstAt = now;
    this.#lastAt = now;
    if (now - this.#firstAt >= PIECE_MS) this.#set(false);
  }

  /** Waits no longer. `held` stays as it is, because the next connection takes the same path. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Stops watching: this server sends no first bytes that could be held back. */
  dismiss(): void {
    this.stop();
    this.#set(false);
  }

  #set(held: boolean): void {
    if (this.#held === held) return;
    this.#held = held;
    this.#onChange();
  }
}
