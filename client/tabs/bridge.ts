import type { Feed } from "../base/feed.ts";
import type { Stop } from "../base/world.ts";
import { Hold } from "./hold.ts";
import { charactersOf, eventIds, type Item, itemHandlers } from "./item.ts";
import { PROTOCOL } from "./messages.ts";
import { NOWHERE } from "./seen.ts";
import type { Tab } from "./tab.ts";

/** So many memories full of items may wait for their place; then all starts over, from where the tab has come to by then. */
const MOST_WAITING = 4;
/** Another tab's turn may last this long, in milliseconds, while this one has something to wait for. Then it is taken for frozen. */
const LONGEST_TURN_MS = 20_000;
/** Whatever the leader is told this long after this tab came, in milliseconds, was sent after what this tab's page knows was. */
const FRESH_MS = 10_000;

export interface BridgeHandlers {
  /**
   * The leader's items have found their place.
   * @param rest those that come next
   * @param had ids of events that this tab has had, and the leader is yet to post
   */
  onMet(rest: readonly Item[], had: readonly string[]): void;
  /** It has to start over. */
  onBroken(): void;
}

/**
 * Catches up where the leader's memory does not reach: over a connection of its own, from the tab's last id, until it meets an id that
 * the leader has posted. One tab at a time, so that ten tabs that come at once open two connections, not ten.
 */
export class Bridge {
  readonly #tab: Tab;
  readonly #on: BridgeHandlers;
  readonly #turn: Hold;
  readonly #began: number;
  /** What the leader has posted, and has no place yet. */
  #waiting: Item[] = [];
  #characters = 0;
  /** An event came from the leader since: it will come over the own connection too. */
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

  /** @param known what the leader still has, oldest first */
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

  /** The leader has posted one more. */
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
    // What comes now has no place in the leader's sequence.
    seen.mark = NOWHERE;
    this.#feed = this.#tab.open({
      ...itemHandlers((item) => this.#brought(item, after)),
      // How the leader's connection stands is what the page is told.
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
    // A hub moves the cursor of those who have all there is, and of those whose place it no longer has.
    else if (item.kind === "cursor" && item.id !== after && !isAfterGap) {
      this.#isLive = true;
      this.#meetInSilence();
    }
  }

  /** Nothing happens on the stream, so there is nothing to meet by. But both connections are known to have all there was. */
  #meetInSilence(): void {
    if (this.#over || !this.#isLive || !this.#leaderIsLive || this.#expectsMeeting) return;
    this.#on.onMet([], eventIds(this.#tab.seen.items));
  }

  /** Ids of the events that this tab has had after the item; undefined: it has not had the item. */
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
