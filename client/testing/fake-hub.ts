import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { FakeTab } from "./fake-tab.ts";

const HEARTBEAT_MS = 15_000;

/** A hub for tests. Its log has entries of the stream, and others that only move the stream's cursor. */
export class FakeHub {
  /** Whether each entry belongs to the stream; its position is its index plus 1. */
  readonly log: boolean[] = [];
  readonly connections = new Set<FakeFeed>();
  /** All connections fail. */
  down = false;
  /** How many connections were opened in all. */
  opened = 0;
  /** The position up to which entries were trimmed. */
  floor = 0;

  get head(): number {
    return this.log.length;
  }

  publish(isOfStream = true): void {
    this.log.push(isOfStream);
    for (const feed of this.connections) feed.advance();
  }

  /** Returns the positions of the stream's events after this one. */
  events(after = 0): number[] {
    return this.log.flatMap((isOfStream, index) =>
      isOfStream && index >= after ? [index + 1] : [],
    );
  }

  open(tab: FakeTab, handlers: FeedHandlers): FakeFeed {
    return new FakeFeed(this, tab, handlers);
  }
}

export const idOf = (position: number) => `id-${position}`;
export const positionOf = (id: string) => Number(id.slice(3));

/** A connection that reconnects, and delivers its events through the tab's tasks: they come late, and not while the tab is frozen. */
export class FakeFeed implements Feed {
  readonly tab: FakeTab;
  readonly #hub: FakeHub;
  readonly #on: FeedHandlers;
  /** Counts connections: events of an earlier one are ignored. */
  #current = 0;
  #position: number | undefined;
  #arrival = 0;
  #lastId: string | undefined;

  constructor(hub: FakeHub, tab: FakeTab, handlers: FeedHandlers) {
    this.#hub = hub;
    this.tab = tab;
    this.#on = handlers;
  }

  start(after?: string): void {
    this.stop();
    this.#lastId = after;
    this.#on.onStatus({ state: "connecting" });
    this.#connect();
  }

  stop(): void {
    this.#current += 1;
    this.#position = undefined;
    this.#hub.connections.delete(this);
  }

  hurry(): void {
    if (!this.#hub.connections.has(this)) return;
    if (this.#position === undefined) this.#connect();
  }

  /** Breaks the connection. */
  cut(): void {
    this.#current += 1;
    this.#position = undefined;
    this.#task(0, () => {
      this.#on.onStatus({ state: "reconnecting", attempt: 1, next: { by: "browser" } });
      this.#on.onLoss("cut");
    });
    this.#later(this.tab.browser.random() * 3_000, () => this.#connect());
  }

  /** Delivers the entries that are new in the log. */
  advance(): void {
    if (this.#position === undefined) return;
    for (const position of this.#hub.events(this.#position)) {
      this.#bring(position, (on, id) => on.onEvent({ id, type: "message", data: id }));
    }
    this.#position = this.#hub.head;
  }

  #connect(): void {
    this.#current += 1;
    this.#position = undefined;
    this.#hub.connections.add(this);
    this.#later(5 + this.tab.browser.random() * 100, () => {
      if (this.#hub.down) this.cut();
      else this.#opened();
    });
  }

  #opened(): void {
    const { head, floor } = this.#hub;
    this.#hub.opened += 1;
    const after = this.#lastId;
    this.#task(0, () => {
      this.#on.onStatus({ state: "open", via: "own", held: false });
      this.#on.onOpen();
      if (after === undefined) this.#on.onCursor(idOf(head));
    });
    this.#position = after === undefined ? head : positionOf(after);
    if (after === undefined) this.#lastId = idOf(head);
    if (this.#position < floor) {
      this.#bring(floor, (on, id) => {
        on.onGap();
        on.onCursor(id);
      });
      this.#position = floor;
    }
    this.advance();
    this.#beat();
  }

  #beat(): void {
    this.#later(HEARTBEAT_MS, () => {
      this.#bring(this.#hub.head, (on, id) => {
        if (id !== this.#told) on.onCursor(id);
      });
      this.#beat();
    });
  }

  #told = "";

  #bring(position: number, tell: (handlers: FeedHandlers, id: string) => void): void {
    const id = idOf(position);
    this.#task(
      this.tab.browser.random() * 50,
      () => {
        tell(this.#on, id);
        this.#told = id;
      },
      () => {
        this.#lastId = id;
      },
    );
  }

  /**
   * Runs a task on this connection, if it is still the current one by then. Data that has arrived at the tab is delivered even after a cut.
   */
  #task(delay: number, task: () => void, arrived: () => void = () => {}): void {
    const { browser } = this.tab;
    this.#arrival = Math.max(this.#arrival, browser.now + delay);
    const mine = this.#current;
    browser.at(this.#arrival - browser.now, () => {
      if (this.#current !== mine || this.tab.state === "dead") return;
      arrived();
      this.tab.task("network", () => {
        if (this.#hub.connections.has(this)) task();
      });
    });
  }

  #later(delay: number, run: () => void): void {
    const mine = this.#current;
    this.tab.browser.at(delay, () => {
      if (this.tab.state === "dead") this.stop();
      else if (this.#current === mine) run();
    });
  }
}
