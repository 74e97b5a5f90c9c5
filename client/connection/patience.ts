import { seconds } from "../base/seconds.ts";
import type { Stop, World } from "../base/world.ts";

/** The things to wait for, each with its limit in milliseconds and the text for its absence. */
const WAITS = {
  /** The answer to a request. Some servers accept the connection and never answer. */
  answer: { ms: 30_000, words: "no answer for" },
  renewal: { ms: 30_000, words: "the renewal did not end for" },
  /** The browser's own try. It includes the browser's wait, which the server may have chosen. */
  retry: { ms: 120_000, words: "no answer for" },
  /**
   * The first data after the head of an answer. A path that buffers sends it in the end; a connection that died after the head never does.
   */
  beginning: { ms: 120_000, words: "nothing came for" },
} as const;
/** The longest wait for first data, as a multiple of `beginning`. */
const MOST_BEGINNINGS = 64;

/** Waits for one thing at a time, up to a limit. */
export class Patience {
  readonly #world: World;
  readonly #onEnd: (why: string) => void;
  /**
   * Doubles each time that first data does not come, and resets when any data comes. Otherwise a buffer that takes hours to fill would
   * never be full. And a server that is silent until its first event would be asked again and again.
   */
  #beginnings = 1;
  #stop: Stop | undefined;

  constructor(world: World, onEnd: (why: string) => void) {
    this.#world = world;
    this.#onEnd = onEnd;
  }

  /** Waits for this, and for nothing else. */
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

  /** Notes that the stream's data has begun. */
  heard(): void {
    this.#beginnings = 1;
    this.stop();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
