import type { FeedHandlers } from "../base/feed.ts";
import type { Status } from "../base/snapshot.ts";
import type { World } from "../base/world.ts";
import type { RingLimits } from "../tabs/item-ring.ts";
import { TabFeed } from "../tabs/tab-feed.ts";
import { type FakeHub, idOf, positionOf } from "./fake-hub.ts";
import type { FakeTab } from "./fake-tab.ts";

export interface FakePageOptions {
  readonly memory?: RingLimits;
  /** The differences of its world from the default. */
  readonly changes?: Partial<World>;
}

/** A page that listens, and records what is reported to it. */
export class FakePage implements FeedHandlers {
  readonly tab: FakeTab;
  readonly feed: TabFeed;
  /** Positions of events, in order; "gap" where a gap was reported. */
  told: (number | "gap")[] = [];
  statuses: Status["state"][] = [];
  opens = 0;
  losses = 0;
  lastId: string | undefined;
  /** The position after which every event MUST be reported: its cursor, or the position when it was first open. */
  from: number | undefined;
  running = false;
  readonly #hub: FakeHub;

  constructor(tab: FakeTab, hub: FakeHub, { memory, changes }: FakePageOptions = {}) {
    this.tab = tab;
    this.#hub = hub;
    const open = (handlers: FeedHandlers) => hub.open(tab, handlers);
    const world = { ...tab.world, ...changes };
    this.feed = new TabFeed({ name: "stream", world, open, ...(memory && { memory }) }, this);
  }

  start(after?: number): void {
    this.running = true;
    this.lastId = after === undefined ? undefined : idOf(after);
    this.from = after;
    this.told = [];
    this.feed.start(this.lastId);
  }

  stop(): void {
    this.running = false;
    this.feed.stop();
  }

  /** Resumes after its last id, like a page that is visible again. */
  resume(): void {
    this.running = true;
    if (this.lastId === undefined) this.start();
    else this.feed.start(this.lastId);
  }

  onStatus({ state }: Status): void {
    this.#check();
    this.statuses.push(state);
  }

  onOpen(): void {
    this.#check();
    this.opens += 1;
    this.from ??= this.#hub.head;
  }

  onEvent({ id, data }: { id: string; data: string }): void {
    this.#check();
    if (data !== id) throw new Error("an event has another's data");
    this.told.push(positionOf(id));
    this.lastId = id;
  }

  onCursor(id: string): void {
    this.#check();
    if (this.lastId !== undefined && positionOf(id) < positionOf(this.lastId))
      throw new Error(`the cursor went back from ${this.lastId} to ${id}`);
    this.lastId = id;
  }

  onGap(): void {
    this.#check();
    this.told.push("gap");
  }

  onLoss(): void {
    this.#check();
    this.losses += 1;
  }

  #check(): void {
    if (!this.running) throw new Error("a stopped feed told something");
    if (this.tab.state !== "running") throw new Error("a tab ran that doesn't");
  }
}
