import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { FakeTab } from "./fake-tab.ts";

const HEARTBEAT_MS = 15_000;

/** A hub for tests: a log of which every few entries are of the stream, the others only move its cursor. */
export class FakeHub {
  /** Whether each entry is of the stream; its position is its index and 1. */
  readonly log: boolean[] = [];
  readonly connections = new Set<FakeFeed>();
  /** No connection comes about. */
  down = false;
  /** How many connections there ever were. */
  opened = 0;
  /** Entries up to here are no longer kept. */
  floor = 0;

  get head(): number {
    return this.log.length;
  }

  publish(isOfStream = true): void {
    this.log.push(isOfStream);
    for (const feed of this.connections) feed.advance();
  }

  /** Positions of the stream's events after this one. */
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

/** A connection that comes back, and takes its events through the tab's tasks: they come late, and not while it is frozen. */
export class FakeFeed implements Feed {
  readonly tab: FakeTab;
  readonly #hub: FakeHub;
  readonly #on: FeedHandlers;
  /** Counts connections: what an earlier one brings is nobody's. */
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

  /** There may be more in the log. */
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

  /** On this connection, if it still is one then; what has arrived at the tab is handed on even if it was cut since. */
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
