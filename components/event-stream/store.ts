import { connector, sharedName } from "./connect.ts";
import { EntryList } from "./entry-list.ts";
import type { Feed, FeedHandlers, StreamEvent } from "./feed.ts";
import { type Folding, foldingOf } from "./folding.ts";
import type { Backoff, EventStreamOptions } from "./options.ts";
import { watchPage } from "./page-life.ts";
import { RateMeter, SECONDS } from "./rate-meter.ts";
import { Source } from "./source.ts";
import { TabFeed } from "./tabs/tab-feed.ts";
import {
  type Entry,
  type EntryKind,
  type EventStream,
  HELD,
  MISSING,
  type Snapshot,
  type Status,
  WORDS,
} from "./types.ts";
import { browserWorld, type Stop, type World } from "./world.ts";

const BACKOFF: Backoff = { first: 1_000, longest: 30_000 };
const HIDDEN_AFTER_MS = 300_000;
const CONNECTING: Status = Object.freeze({ state: "connecting" });
const PAUSED: Status = Object.freeze({ state: "paused", why: "hidden" });
const NO_RATES: readonly number[] = Object.freeze(new Array<number>(SECONDS).fill(0));

/** Why a stream is held back, by what came of it. */
const HELD_WHY = {
  open: "The head of the answer came, and nothing after it: a proxy on the path buffers, or something compresses.",
  connecting: "No answer at all yet: the server is busy, or a proxy on the path buffers.",
} as const;

/** Makes a stream, and connects nothing yet: it is open while somebody subscribes to it. */
export function createEventStream<T = unknown, S = undefined>(
  options: EventStreamOptions<T, S>,
): EventStream<T, S> {
  const { world = browserWorld(), backoff = BACKOFF, hub = true, types = [], renew } = options;
  const connect = connector(options, world);
  const source = {
    connect,
    types: types === "all" ? [] : types,
    heartbeats: hub,
    renew,
    backoff,
    world,
  };
  const own = (handlers: FeedHandlers) => new Source(source, handlers);
  const name = sharedName(options, world);
  const open = (handlers: FeedHandlers) =>
    name === undefined ? own(handlers) : new TabFeed({ name, world, open: own }, handlers);
  return new Store(world, open, options);
}

class Store<T, S> implements EventStream<T, S> {
  readonly #world: World;
  readonly #feed: Feed;
  readonly #folding: Folding<T, S>;
  readonly #closeAfterMs: number;
  readonly #hiddenAfterMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #list: EntryList<T>;
  readonly #meter = new RateMeter();
  readonly #blank: Snapshot<T, S>;
  #snapshot: Snapshot<T, S>;
  #status = CONNECTING;
  #state: S;
  #lastEventId: string | undefined;
  #gaps = 0;
  #heldTold = false;
  /** It is to be open whenever somebody subscribes; not so once it was closed. */
  #wanted = true;
  /** It was opened and has not been closed since: there is a connection, or one is tried for. */
  #running = false;
  /** When it last was, by the clock of the rate. */
  #ranUntil = 0;
  #closesAt: number | null = null;
  #kept = false;
  #frameAsked = false;
  #unwatchPage: Stop | undefined;
  #stopAutoClose: Stop | undefined;
  #stopTick: Stop | undefined;
  #stopCut: Stop | undefined;

  constructor(
    world: World,
    open: (handlers: FeedHandlers) => Feed,
    options: EventStreamOptions<T, S>,
  ) {
    this.#world = world;
    this.#closeAfterMs = options.closeAfterMs ?? 0;
    this.#hiddenAfterMs = options.hiddenAfterMs ?? HIDDEN_AFTER_MS;
    this.#list = new EntryList(options.keep);
    this.#folding = foldingOf(options);
    this.#state = this.#folding.initial;
    this.#lastEventId = options.lastEventId;
    this.#blank = Object.freeze(this.#takeSnapshot());
    this.#snapshot = this.#blank;
    this.#feed = open({
      onStatus: (status) => this.#onStatus(status),
      onOpen: () => this.#insert("open", WORDS.open),
      onEvent: (event) => this.#onEvent(event),
      onCursor: (id) => {
        this.#lastEventId = id;
        this.#changed();
      },
      onGap: () => {
        this.#gaps += 1;
        this.#insert("gap", MISSING);
      },
      onLoss: (detail) => this.#insert("error", WORDS.error, { detail }),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      this.#unwatchPage = watchPage(this.#world, this.#hiddenAfterMs, {
        onLeave: () => this.#suspend(CONNECTING),
        onHide: () => this.#suspend(PAUSED),
        onReturn: () => {
          this.#openIfWanted();
          this.#feed.hurry();
        },
        onOnline: () => this.#feed.hurry(),
      });
      // Not yet: React's StrictMode subscribes, leaves and subscribes again, and that is one connection.
      queueMicrotask(() => this.#openIfWanted());
    }
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#unwatchPage?.();
      this.#suspend(CONNECTING);
    };
  };

  readonly getSnapshot = (): Snapshot<T, S> => this.#snapshot;
  readonly getServerSnapshot = (): Snapshot<T, S> => this.#blank;

  readonly reopen = (): void => {
    this.#wanted = true;
    this.#kept = false;
    if (this.#listeners.size > 0) this.#open();
  };

  readonly close = (): void => {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#halt();
    this.#setStatus({ state: "closed" });
    this.#insert("close", WORDS.close);
  };

  readonly cut = (ms: number): void => {
    if (!this.#running) return;
    this.#feed.stop();
    this.#stopCut?.();
    const at = this.#world.now() + ms;
    this.#setStatus({ state: "reconnecting", attempt: 1, next: { by: "page", at } });
    const detail = `broken here on purpose; next try in ${(ms / 1000).toFixed(1)} s`;
    this.#insert("error", WORDS.error, { detail });
    this.#stopCut = this.#world.after(ms, () => {
      this.#stopCut = undefined;
      this.#feed.start(this.#lastEventId);
    });
  };

  readonly keepOpen = (): void => {
    this.#kept = true;
    this.#setAutoClose(0);
  };

  readonly pause = (): void => {
    this.#list.pause();
    this.#changed();
  };

  readonly resume = (): void => {
    this.#list.resume();
    this.#changed();
  };

  readonly clear = (): void => {
    this.#list.clear();
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
    this.#stopCut?.();
    this.#stopCut = undefined;
    this.#setAutoClose(this.#kept ? 0 : this.#closeAfterMs);
    this.#tick();
    this.#feed.start(this.#lastEventId);
  }

  #openIfWanted(): void {
    if (this.#listeners.size > 0 && this.#wanted && !this.#running) this.#open();
  }

  /** Nobody looks: no connection is held, and the next who looks gets one, which goes on from the last id. */
  #suspend(status: Status): void {
    if (!this.#running) return;
    this.#halt();
    this.#setStatus(status);
  }

  /** Lets go of the connection and of every timer of it. Nothing of the stream is told after this. */
  #halt(): void {
    if (this.#running) this.#ranUntil = this.#world.elapsed();
    this.#running = false;
    this.#feed.stop();
    this.#setAutoClose(0);
    this.#stopTick?.();
    this.#stopTick = undefined;
    this.#stopCut?.();
    this.#stopCut = undefined;
  }

  #onStatus(status: Status): void {
    // The server wants nobody to come back.
    if (status.state === "closed") {
      this.close();
      return;
    }
    this.#setStatus(status);
    if (status.state === "open" && !status.held) this.#heldTold = false;
    if (status.state === "unsupported") {
      this.#wanted = false;
      this.#halt();
      this.#insert("unsupported", WORDS.unsupported);
    } else if ("held" in status && status.held && !this.#heldTold) {
      this.#heldTold = true;
      this.#insert("held", HELD, { detail: HELD_WHY[status.state] });
    }
  }

  #onEvent(event: StreamEvent): void {
    const { id, type, data } = event;
    this.#meter.count(this.#world.elapsed());
    if (id !== "") this.#lastEventId = id;
    const more = { ...(id === "" ? {} : { id }), ...(type === "message" ? {} : { type }) };
    const reading = this.#folding.read(data);
    if (!reading.ok) {
      this.#insert("invalid", data, { ...more, detail: reading.why });
      return;
    }
    const { value } = reading;
    this.#insert("message", data, value === undefined ? more : { ...more, value });
    try {
      this.#state = this.#folding.reduce(this.#state, event, value);
    } catch (error) {
      // The app's own, and to be seen as such; the stream goes on with the state as it was.
      queueMicrotask(() => {
        throw error;
      });
    }
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

  #insert(kind: EntryKind, text: string, more: Partial<Entry<T>> = {}): void {
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

  #takeSnapshot(): Snapshot<T, S> {
    const now = this.#running ? this.#world.elapsed() : this.#ranUntil;
    return {
      ...this.#list.view(),
      status: this.#status,
      state: this.#state,
      lastEventId: this.#lastEventId,
      gaps: this.#gaps,
      events: this.#meter.total,
      rate: this.#running ? this.#meter.rate(now) : 0,
      rates: this.#meter.total === 0 ? NO_RATES : this.#meter.rates(now),
      closesAt: this.#closesAt,
      kept: this.#kept,
    };
  }
}
