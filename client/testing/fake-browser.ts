import type { FakeChannel } from "./fake-channel.ts";
import { LockQueue } from "./fake-locks.ts";
import { FakeTab } from "./fake-tab.ts";

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Makes a generator of numbers in [0, 1) that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A browser for tests: a clock that the test moves, and tabs with their locks and channels. */
export class FakeBrowser {
  readonly random: () => number;
  readonly tabs: FakeTab[] = [];
  readonly #locks = new Map<string, LockQueue>();
  readonly #channels = new Map<string, Set<FakeChannel>>();
  readonly #due: Due[] = [];
  #order = 0;
  now = 1_000_000;
  /** How far the time of day is ahead of the clock, since it may be set. */
  dayAhead = 0;
  /** The share of messages that are lost. */
  lossy = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  /** The number of locks that are held or waited for, and channels that are open. */
  get leftovers(): number {
    let count = 0;
    for (const queue of this.#locks.values()) count += queue.size;
    for (const channels of this.#channels.values()) count += channels.size;
    return count + this.tabs.reduce((sum, tab) => sum + tab.timers, 0);
  }

  open(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.push(tab);
    return tab;
  }

  at(delay: number, run: () => void): void {
    this.#order += 1;
    const due = { at: this.now + Math.max(0, delay), order: this.#order, run };
    const before = this.#due.findLastIndex((one) => one.at <= due.at);
    this.#due.splice(before + 1, 0, due);
  }

  /** Moves the clock forward, and runs everything that is due by then. */
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const [next] = this.#due;
      if (next === undefined || next.at > until) break;
      this.#due.shift();
      this.now = next.at;
      next.run();
      await settled();
    }
    this.now = until;
    await settled();
  }

  queue(name: string): LockQueue {
    const queue = this.#locks.get(name) ?? new LockQueue(this);
    this.#locks.set(name, queue);
    return queue;
  }

  channels(name: string): Set<FakeChannel> {
    const channels = this.#channels.get(name) ?? new Set();
    this.#channels.set(name, channels);
    return channels;
  }

  /** Removes everything that the tab has, as when its process ends. */
  forget(tab: FakeTab): void {
    for (const queue of this.#locks.values()) queue.forget(tab);
    for (const channels of this.#channels.values())
      for (const channel of channels) if (channel.tab === tab) channels.delete(channel);
  }
}

/** Lets the pending promises run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await null;
}
