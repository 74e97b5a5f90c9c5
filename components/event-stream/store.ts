import { EntryList } from "./entry-list.ts";
import type { Backoff, EventStreamOptions } from "./options.ts";
import { watchPage } from "./page-life.ts";
import { RateMeter, SECONDS } from "./rate-meter.ts";
import { Source } from "./source.ts";
import {
  type EntryKind,
  type EventStream,
  MISSING,
  type Snapshot,
  type Status,
  WORDS,
} from "./types.ts";
import { browserWorld, type Stop, type World } from "./world.ts";

const BACKOFF: Backoff = { first: 1_000, longest: 30_000 };

const BLANK: Omit<Snapshot<never>, "state"> = Object.freeze({
  status: Object.freeze({ state: "connecting" }),
  entries: Object.freeze([]),
  dropped: 0,
  paused: false,
  held: 0,
  events: 0,
  gaps: 0,
  lastEventId: undefined,
  rate: 0,
  rates: Object.freeze(new Array<number>(SECONDS).fill(0)),
  closesAt: null,
  kept: false,
});

/** Makes a stream, and connects nothing yet: it is open while somebody subscribes to it. */
export function createEventStream<T = unknown, S = undefined>(
  options: EventStreamOptions<T, S>,
): EventStream<T, S>;
// Without `initial`, S is undefined.
export function createEventStream<T, S>(
  options: EventStreamOptions<T, S>,
): EventStream<T, S | undefined> {
  return new Store(options);
}

class Store<T, S> implements EventStream<T, S | undefined> {
  readonly #world: World;
  readonly #source: Source;
  readonly #closeAfterMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #list = new EntryList<T>();
  readonly #meter = new RateMeter();
  readonly #blank: Snapshot<T, S | undefined>;
  #snapshot: Snapshot<T, S | undefined>;
  #status: Status = BLANK.status;
  /** It is to be open whenever somebody subscribes; not so once it was closed. */
  #wanted = true;
  /** It was opened and has not been closed since: there is a connection, or one is tried for. */
  #running = false;
  /** When it last was, by the clock of the rate. */
  #ranUntil = 0;
  #closesAt: number | null = null;
  #kept = false;
  /** What is shown while paused, and how many entries there had been by then. */
  #pausedAt: { entries: Snapshot<T>["entries"]; dropped: number; added: number } | undefined;
  #frameAsked = false;
  #unwatchPage: Stop | undefined;
  #stopAutoClose: Stop | undefined;
  #stopTick: Stop | undefined;

  constructor({ url, closeAfterMs = 0, backoff, world, initial }: EventStreamOptions<T, S>) {
    this.#blank = Object.freeze({ ...BLANK, state: initial });
    this.#snapshot = this.#blank;
    this.#world = world ?? browserWorld();
    this.#closeAfterMs = closeAfterMs;
    this.#source = new Source(url, this.#world, backoff ?? BACKOFF, {
      onStatus: (status) => this.#setStatus(status),
      onOpen: () => this.#insert("open", WORDS.open),
      onMessage: (data, id) => {
        this.#meter.count(this.#world.elapsed());
        this.#insert("message", data, id === "" ? {} : { id });
      },
      onGap: () => this.#insert("gap", MISSING),
      onLoss: (detail) => this.#insert("error", WORDS.error, { detail }),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#unwatchPage = watchPage(this.#world, {
        onLeave: () => this.#suspend(),
        onReturn: () => this.#openIfWanted(),
        onWake: () => {
          this.#openIfWanted();
          this.#source.hurry();
        },
      });
      // Not yet: React's StrictMode subscribes, leaves and subscribes again, and that is one connection.
      queueMicrotask(() => this.#openIfWanted());
    }
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#unwatchPage?.();
      this.#suspend();
    };
  };

  readonly getSnapshot = (): Snapshot<T, S | undefined> => this.#snapshot;
  readonly getServerSnapshot = (): Snapshot<T, S | undefined> => this.#blank;

  readonly reopen = (): void => {
    this.#wanted = true;
    this.#kept = false;
    if (this.#listeners.size > 0) this.#open();
  };

  readonly cut = (_ms: number): void => {};

  readonly close = (): void => {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#halt();
    this.#setStatus({ state: "closed" });
    this.#insert("close", WORDS.close);
  };

  readonly keepOpen = (): void => {
    this.#kept = true;
    this.#setAutoClose(0);
  };

  readonly pause = (): void => {
    if (this.#pausedAt !== undefined) return;
    const { dropped, added } = this.#list;
    this.#pausedAt = { entries: this.#list.toArray(), dropped, added };
    this.#changed();
  };

  readonly resume = (): void => {
    this.#pausedAt = undefined;
    this.#changed();
  };

  readonly clear = (): void => {
    this.#list.clear();
    if (this.#pausedAt !== undefined)
      this.#pausedAt = { entries: [], dropped: 0, added: this.#list.added };
    this.#changed();
  };

  readonly insertMessage = (msg: string | readonly string[]): void => {
    const texts: readonly unknown[] = Array.isArray(msg) ? [...msg] : [msg];
    // All or none: a caller that is wrong leaves no half of a list behind.
    if (!texts.every((text) => typeof text === "string")) throw new Error("string or Array string");
    for (const text of texts) this.#insert("message", text);
  };

  #open(): void {
    this.#running = true;
    this.#setAutoClose(this.#kept ? 0 : this.#closeAfterMs);
    this.#source.start();
    if (this.#status.state === "unsupported") {
      this.#wanted = false;
      this.#halt();
      this.#insert("unsupported", WORDS.unsupported);
    } else this.#tick();
  }

  #openIfWanted(): void {
    if (this.#listeners.size > 0 && this.#wanted && !this.#running) this.#open();
  }

  /** Nobody looks: no connection is held, and the next who looks gets one. */
  #suspend(): void {
    if (!this.#running) return;
    this.#halt();
    this.#setStatus(BLANK.status);
  }

  /** Lets go of the connection and of every timer of it. Nothing of the stream is told after this. */
  #halt(): void {
    if (this.#running) this.#ranUntil = this.#world.elapsed();
    this.#running = false;
    this.#source.stop();
    this.#setAutoClose(0);
    this.#stopTick?.();
    this.#stopTick = undefined;
  }

  #setAutoClose(ms: number): void {
    this.#stopAutoClose?.();
    this.#stopAutoClose = ms > 0 ? this.#world.after(ms, this.close) : undefined;
    this.#closesAt = ms > 0 ? this.#world.now() + ms : null;
    this.#changed();
  }

  /** Once a second the picture of the rate moves on, in silence too. */
  #tick(): void {
    this.#stopTick?.();
    this.#stopTick = this.#world.after(1000, () => this.#tick());
    this.#changed();
  }

  #setStatus(status: Status): void {
    this.#status = status;
    this.#changed();
  }

  #insert(kind: EntryKind, text: string, more: { id?: string; detail?: string } = {}): void {
    this.#list.add({ kind, text, at: this.#world.now(), ...more });
    this.#changed();
  }

  // However much happens within a frame, it is seen, and paid for, once.
  #changed(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#world.frame(() => {
      this.#frameAsked = false;
      this.#snapshot = this.#takeSnapshot();
      for (const listener of [...this.#listeners]) listener();
    });
  }

  #takeSnapshot(): Snapshot<T, S | undefined> {
    const now = this.#running ? this.#world.elapsed() : this.#ranUntil;
    const paused = this.#pausedAt;
    return {
      status: this.#status,
      entries: paused?.entries ?? this.#list.toArray(),
      dropped: paused?.dropped ?? this.#list.dropped,
      paused: paused !== undefined,
      held: paused === undefined ? 0 : this.#list.added - paused.added,
      events: this.#meter.total,
      gaps: 0,
      lastEventId: undefined,
      state: this.#blank.state,
      rate: this.#running ? this.#meter.rate(now) : 0,
      rates: this.#meter.rates(now),
      closesAt: this.#closesAt,
      kept: this.#kept,
    };
  }
}
