import type { Feed } from "../base/feed.ts";
import type { Stop } from "../base/world.ts";
import { Hold } from "./hold.ts";
import { charactersOf, eventIds, type Item, itemHandlers } from "./item.ts";
import { PROTOCOL } from "./messages.ts";
import { NOWHERE } from "./seen.ts";
import type { Tab } from "./tab.ts";

/** The most items that may wait, as a multiple of the tab's memory. With more, catching up starts over, from the tab's current position. */
const MOST_WAITING = 4;
/**
 * The longest turn of another tab, in milliseconds, while this tab has something to wait for. After that, the other tab counts as frozen.
 */
const LONGEST_TURN_MS = 20_000;
/** In milliseconds after this tab started: an item that the leader receives later was sent after all that this tab knew at its start. */
const FRESH_MS = 10_000;

export interface BridgeHandlers {
  /**
   * The position was found in the leader's sequence.
   * @param rest the items that follow it
   * @param had ids of events that this tab has delivered, and the leader has not posted yet
   */
  onMet(rest: readonly Item[], had: readonly string[]): void;
  /** Catching up has to start over. */
  onBroken(): void;
}

/**
 * Catches up when the leader's memory does not reach back far enough. It opens a connection of its own, from the tab's last id, until that
 * brings an id that the leader has posted. Tabs do this one at a time, so that ten new tabs open two connections, not ten.
 */
export class Bridge {
  readonly #tab: Tab;
  readonly #on: BridgeHandlers;
  readonly #turn: Hold;
  readonly #began: number;
  /** Items that the leader has posted, and that cannot be delivered yet. */
  #waiting: Item[] = [];
  #characters = 0;
  /** The leader posted an event since the start, so the same event will also come over the own connection. */
  #expectsMeeting = false;
  #feed: Feed | undefined;
  #broughtGap = false;
  #isLive = false;
  #leaderIsLive = false;
  #stopPatience: Stop | undefined;
  #over = false;

  constructor(tab: Tab, handlers: BridgeHandlers) {
    this.#tab = tab;
    this.#on = handlers;
    this.#began = tab.world.elapsed();
    this.#turn = new Hold(tab.locks, `${PROTOCOL} ${tab.name} catch-up`, {
      onHeld: () => this.#open(),
      onRefused: () => this.#open(),
      onLost: () => handlers.onBroken(),
    });
  }

  /** @param known all items that the leader remembers, oldest first */
  start(known: readonly Item[]): void {
    const found = known.findIndex((item) => this.#hadAfter(item) !== undefined);
    const met = known[found];
    if (met !== undefined) {
      this.#on.onMet(known.slice(found + 1), this.#hadAfter(met) ?? []);
      return;
    }
    for (const item of known) this.#keep(item);
    if (this.#over) return;
    this.#turn.ask();
    this.#bePatient();
  }

  /** Adds an item that the leader has posted. */
  add(item: Item): void {
    const had = this.#hadAfter(item);
    if (had) {
      this.#on.onMet([], had);
      return;
    }
    this.#keep(item);
    if (item.kind === "event") this.#expectsMeeting = true;
    const { world } = this.#tab;
    if (item.kind === "cursor" && world.elapsed() - this.#began >= FRESH_MS) {
      this.#leaderIsLive = true;
      this.#meetInSilence();
    }
  }

  hurry(): void {
    this.#feed?.hurry();
  }

  stop(): void {
    this.#over = true;
    this.#stopPatience?.();
    this.#feed?.stop();
    this.#turn.let();
  }

  #open(): void {
    this.#stopPatience?.();
    const { seen } = this.#tab;
    const after = seen.id ?? "";
    // Items of the own connection have no position in the leader's sequence.
    seen.mark = NOWHERE;
    this.#feed = this.#tab.open({
      ...itemHandlers((item) => this.#brought(item, after)),
      // The page gets the status of the leader's connection, not of this one.
      onStatus: () => {},
      onOpen: () => {},
      onLoss: () => {},
    });
    this.#feed.start(after);
  }

  #brought(item: Item, after: string): void {
    this.#tab.seen.take(item);
    this.#tab.deliver(item);
    const isAfterGap = this.#broughtGap;
    this.#broughtGap = item.kind === "gap";
    if (this.#over || item.kind === "gap") return;
    const at = this.#waiting.findIndex((one) => one.kind !== "gap" && one.id === item.id);
    if (at !== -1) this.#on.onMet(this.#waiting.slice(at + 1), []);
    // A hub moves the cursor of a client that has everything, and of a client whose position it no longer has.
    else if (item.kind === "cursor" && item.id !== after && !isAfterGap) {
      this.#isLive = true;
      this.#meetInSilence();
    }
  }

  /** Ends catching up on a silent stream, which brings no event to meet at. Both connections are known to have everything. */
  #meetInSilence(): void {
    if (this.#over || !this.#isLive || !this.#leaderIsLive || this.#expectsMeeting) return;
    this.#on.onMet([], eventIds(this.#tab.seen.items));
  }

  /** Returns the ids of the events that this tab has delivered after the item; undefined: it has not delivered the item. */
  #hadAfter(item: Item): string[] | undefined {
    const had = item.kind === "gap" ? undefined : this.#tab.seen.afterId(item.id);
    return had && eventIds(had);
  }

  #keep(item: Item): void {
    this.#waiting.push(item);
    this.#characters += charactersOf(item);
    const { items, characters } = this.#tab.memory;
    const isTooMuch =
      this.#waiting.length > items * MOST_WAITING || this.#characters > characters * MOST_WAITING;
    if (isTooMuch) this.#on.onBroken();
  }

  #bePatient(): void {
    this.#stopPatience = this.#tab.world.after(LONGEST_TURN_MS, () => {
      if (this.#expectsMeeting) this.#turn.steal();
      this.#bePatient();
    });
  }
}
