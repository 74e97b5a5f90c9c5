import type { Feed, FeedHandlers } from "./base/feed.ts";
import type { EventStreamOptions } from "./base/options.ts";
import { seconds } from "./base/seconds.ts";
import { type EventStream, HELD, type Snapshot, type Status, WORDS } from "./base/snapshot.ts";
import type { Stop, World } from "./base/world.ts";
import { Journal } from "./journal.ts";
import { watchPage } from "./page-life.ts";

const HIDDEN_AFTER_MS = 300_000;
const CONNECTING: Status = Object.freeze({ state: "connecting" });
const PAUSED: Status = Object.freeze({ state: "paused", why: "hidden" });

/** Why a stream is held back, by how that was noticed. */
const HELD_WHY = {
  open: "The head of the answer came, and nothing after it: a proxy on the path buffers, or something compresses.",
  connecting:
    "No answer at all yet: the server is busy, a proxy on the path buffers, or other tabs hold all the connections that a browser opens.",
} as const;

/** A feed and what it delivered, as a store that opens and closes with its page. It connects only when it has a subscriber. */
export class Store<T, S> implements EventStream<T, S> {
  readonly #world: World;
  readonly #feed: Feed;
  readonly #closeAfterMs: number;
  readonly #hiddenAfterMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #journal: Journal<T, S>;
  readonly #blank: Snapshot<T, S>;
  #snapshot: Snapshot<T, S>;
  #status = CONNECTING;
  #heldTold = false;
  /** The stream should be open whenever it has a subscriber. false after it was closed. */
  #wanted = true;
  /** The stream was opened and not closed since: it is connected, or trying to connect. */
  #running = false;
  /** When `#running` was last true, on the monotonic clock. */
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
    this.#journal = new Journal(world, options, () => this.#changed());
    this.#blank = Object.freeze(this.#takeSnapshot());
    this.#snapshot = this.#blank;
    const journal = this.#journal;
    this.#feed = open({
      onStatus: (status) => this.#onStatus(status),
      onOpen: () => journal.insert("open", WORDS.open),
      onEvent: (event) => journal.event(event),
      onCursor: (id) => journal.cursor(id),
      onGap: () => journal.gap(),
      onLoss: (detail) => journal.insert("error", WORDS.error, { detail }),
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
      // Not at once: React's StrictMode subscribes, leaves and subscribes again, and that has to be one connection.
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
    this.#journal.insert("close", WORDS.close);
  };

  readonly cut = (ms: number): void => {
    if (!this.#running) return;
    this.#feed.stop();
    this.#stopCut?.();
    const at = this.#world.now() + ms;
    this.#setStatus({ state: "reconnecting", attempt: 1, next: { by: "page", at } });
    const detail = `broken here on purpose; next try in ${seconds(ms)}`;
    this.#journal.insert("error", WORDS.error, { detail });
    this.#stopCut = this.#world.after(ms, () => {
      this.#stopCut = undefined;
      this.#feed.start(this.#journal.lastEventId);
    });
  };

  readonly keepOpen = (): void => {
    this.#kept = true;
    this.#setAutoClose(0);
  };

  readonly pause = (): void => this.#journal.pause();
  readonly resume = (): void => this.#journal.resume();
  readonly clear = (): void => this.#journal.clear();

  readonly insertMessage = (msg: string | readonly string[]): void => {
    const texts: readonly unknown[] = Array.isArray(msg) ? [...msg] : [msg];
    // All or nothing: an invalid call does not insert half of its entries.
    if (!texts.every((text) => typeof text === "string")) throw new Error("string or Array string");
    for (const text of texts) this.#journal.insert("message", text);
  };

  #open(): void {
    this.#running = true;
    this.#stopCut?.();
    this.#stopCut = undefined;
    this.#setAutoClose(this.#kept ? 0 : this.#closeAfterMs);
    this.#tick();
    this.#feed.start(this.#journal.lastEventId);
  }

  #openIfWanted(): void {
    if (this.#listeners.size > 0 && this.#wanted && !this.#running) this.#open();
  }

  /** Closes the connection while the stream is not watched. The next reader gets a new one, which resumes after the last id. */
  #suspend(status: Status): void {
    if (!this.#running) return;
    this.#halt();
    this.#setStatus(status);
  }

  /** Closes the connection and stops all its timers. Nothing of the stream is reported after this. */
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
    // The server asked clients not to reconnect.
    if (status.state === "closed") {
      this.close();
      return;
    }
    this.#setStatus(status);
    if (status.state === "open" && !status.held) this.#heldTold = false;
    if (status.state === "unsupported") {
      this.#wanted = false;
      this.#halt();
      this.#journal.insert("unsupported", WORDS.unsupported);
    } else if ("held" in status && status.held && !this.#heldTold) {
      this.#heldTold = true;
      this.#journal.insert("held", HELD, { detail: HELD_WHY[status.state] });
    }
  }

  #setAutoClose(ms: number): void {
    this.#stopAutoClose?.();
    this.#stopAutoClose = ms > 0 ? this.#world.after(ms, this.close) : undefined;
    this.#closesAt = ms > 0 ? this.#world.now() + ms : null;
    this.#changed();
  }

  /** Updates the rates once a second, also when no event arrives. */
  #tick(): void {
    this.#stopTick?.();
    this.#stopTick = this.#world.after(1000, () => this.#tick());
    this.#changed();
  }

  #setStatus(status: Status): void {
    this.#status = status;
    this.#changed();
  }

  // All changes within a frame cost one notification.
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
    return {
      ...this.#journal.view(this.#running ? undefined : this.#ranUntil),
      status: this.#status,
      closesAt: this.#closesAt,
      kept: this.#kept,
    };
  }
}
