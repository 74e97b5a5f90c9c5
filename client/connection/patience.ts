import { seconds } from "../base/seconds.ts";
import type { Stop, World } from "../base/world.ts";

/** What is waited for, for how many milliseconds, and how it is told that it never came. */
const WAITS = {
  /** A server that takes the connection and never answers. */
  answer: { ms: 30_000, words: "no answer for" },
  renewal: { ms: 30_000, words: "the renewal did not end for" },
  /** The browser's own try: its wait before it, which the server may have chosen, is part of this. */
  retry: { ms: 120_000, words: "no answer for" },
  /** What follows the head of an answer: a path that buffers lets go in the end, one that died behind the head never does. */
  beginning: { ms: 120_000, words: "nothing came for" },
} as const;
/** A beginning is never waited for longer than so many times that. */
const MOST_BEGINNINGS = 64;

/** Waits for one thing at a time, and not for ever. */
export class Patience {
  readonly #world: World;
  readonly #onEnd: (why: string) => void;
  /**
   * Doubles with each beginning that never came, until anything does. A buffer that takes hours to fill would else never be full, and a
   * server that says nothing until it has something to say would be asked anew for ever.
   */
  #beginnings = 1;
  #stop: Stop | undefined;

  constructor(world: World, onEnd: (why: string) => void) {
    this.#world = world;
    this.#onEnd = onEnd;
  }

  /** Waits for this, and for nothing else any more. */
  for(what: keyof typeof WAITS): void {
    this.stop();
    const { ms: once, words } = WAITS[what];
    const ms = what === "beginning" ? once * this.#beginnings : once;
    this.#stop = this.#world.after(ms, () => {
      this.#stop = undefined;
      if (what === "beginning") this.#beginnings = Math.min(2 * this.#beginnings, MOST_BEGINNINGS);
      this.#onEnd(`${words} ${seconds(ms)}`);
    });
  }

  /** The stream has begun. */
  heard(): void {
    this.#beginnings = 1;
    this.stop();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
