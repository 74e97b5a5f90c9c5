import { EventSource } from "eventsource";
import { expect } from "vitest";
import type { StreamOptions } from "../base/options.ts";
import type { EventStream, Snapshot } from "../base/snapshot.ts";
import { browserWorld, type World } from "../base/world.ts";
import { createEventStream } from "../event-stream.ts";

type TestOptions<T, S> = StreamOptions<T, S> & { readonly url?: string };

/** The real world of Node, with a page that the test controls, timers that are counted, and waits that can be made shorter. */
export class TestWorld {
  readonly page = new EventTarget();
  isVisible = true;
  /** The requested wait of each timer since the start, in milliseconds. */
  readonly waits: number[] = [];
  /** Waits to replace: the requested milliseconds, and the milliseconds to use instead. */
  readonly instead = new Map<number, number>();
  readonly #due = new Map<() => void, number>();
  readonly #leaving: (() => void)[] = [];
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  /** The number of running timers. */
  get timers(): number {
    return this.#due.size;
  }

  world(changes: Partial<World> = {}): World {
    return {
      ...browserWorld(),
      EventSource,
      locks: undefined,
      channel: () => undefined,
      page: this.page,
      visible: () => this.isVisible,
      after: (ms, callback) => this.#after(ms, callback),
      frame: (callback) => void this.#after(0, callback),
      ...changes,
    };
  }

  make<T = unknown, S = undefined>(options?: TestOptions<T, S>): EventStream<T, S> {
    const given = { url: this.#url(), backoff: { first: 20, longest: 100 }, world: this.world() };
    return createEventStream<T, S>({ ...given, ...options });
  }

  /** Makes a stream, and subscribes to it until the test is over. */
  listen<T = unknown, S = undefined>(options?: TestOptions<T, S>): EventStream<T, S> {
    const stream = this.make(options);
    this.atEnd(stream.subscribe(() => {}));
    return stream;
  }

  atEnd(...callbacks: (() => void)[]): void {
    this.#leaving.push(...callbacks);
  }

  /** Dispatches an event on the page. */
  tell(type: string, fields: object = {}): void {
    this.page.dispatchEvent(Object.assign(new Event(type), fields));
  }

  look(isVisible: boolean): void {
    this.isVisible = isVisible;
    this.tell("visibilitychange");
  }

  /** Fires all timers of this many milliseconds now; false: there are none. */
  fire(ms: number): boolean {
    const due = [...this.#due].filter(([, waits]) => waits === ms);
    for (const [run] of due) run();
    return due.length > 0;
  }

  /** Removes all subscribers: nothing MUST run after that. */
  async end(): Promise<void> {
    for (const leave of this.#leaving) leave();
    await expect.poll(() => this.timers).toBe(0);
  }

  #after(ms: number, callback: () => void): () => void {
    this.waits.push(ms);
    const run = () => {
      end();
      callback();
    };
    const stop = browserWorld().after(this.instead.get(ms) ?? ms, run);
    const end = () => {
      stop();
      this.#due.delete(run);
    };
    this.#due.set(run, ms);
    return end;
  }
}

export const texts = (stream: EventStream) => stream.getSnapshot().entries.map(({ text }) => text);

export const until = (stream: EventStream, state: Snapshot["status"]["state"]) =>
  expect.poll(() => stream.getSnapshot().status.state, { timeout: 4_000 }).toBe(state);

/** The reported losses, in order. */
export const losses = (stream: EventStream) =>
  stream.getSnapshot().entries.flatMap(({ kind, detail }) => (kind === "error" ? [detail] : []));
