import type { Stop, World } from "../base/world.ts";

/** A hub's first bytes leave with the head of its answer: later than this, in milliseconds, something has held them back. */
const FIRST_BYTES_MS = 5_000;
/** A timer that is later than this, in milliseconds, was itself held back, and what came meanwhile is still to be read. */
const LATE_MS = 1_000;
/** What was held back comes all at once: signs of life that are further apart than this, in milliseconds, are not of one piece. */
const PIECE_MS = 1_000;
/** In heartbeat intervals: a sign of life that comes within this many after the one before is in time. */
const IN_TIME = 1.5;

/**
 * Notices a path that holds a stream back: a proxy that buffers, a compressor that waits for a full block. The hub's first bytes have an
 * event in them; when that does not come in time, nothing of the stream will.
 */
export class PathWatch {
  readonly #world: World;
  readonly #onChange: () => void;
  #held = false;
  #intervalMs = Number.POSITIVE_INFINITY;
  /** When the first of those that came in time, one after the other, did. */
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

  /** A connection is tried for, or its head has come: first bytes are due. */
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

  /** A heartbeat came; `seconds` is its data. */
  beat(seconds: string): void {
    const ms = Number(seconds) * 1000;
    if (ms > 0) this.#intervalMs = ms;
    this.heard();
  }

  /** A sign of life. */
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

  /** Nothing is due. Whether the path held the last stream back is not forgotten: the next one goes the same way. */
  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** The server sends no first bytes that could be held back. */
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
