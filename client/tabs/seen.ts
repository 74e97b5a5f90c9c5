import type { Item } from "./item.ts";
import { type Mark, Ring, type RingLimits } from "./item-ring.ts";
import { NO_TERM } from "./term.ts";

/** A position in no leader's sequence. */
export const NOWHERE: Mark = { term: NO_TERM, seq: 0 };

/** The progress of this tab: the position from which it continues, under the next leader or as the next leader. */
export class Seen {
  readonly #ring: Ring;
  #id: string | undefined;
  /** The position in the sequence of the newest leadership that this tab followed. */
  mark: Mark = NOWHERE;

  /** @param after the id to resume after; undefined: start with the next event, at any position */
  constructor(memory: RingLimits, after: string | undefined) {
    this.#ring = new Ring(memory);
    this.#id = after;
    this.#ring.clear(after ?? "");
  }

  /** The Last-Event-ID. "": events came, and none had an id. undefined: nothing came yet, and any start position will do. */
  get id(): string | undefined {
    return this.#id;
  }

  get base(): string {
    return this.#ring.base;
  }

  get items(): Item[] {
    return this.#ring.toArray();
  }

  /** @param mark the item's position in the leader's sequence, if it is known */
  take(item: Item, mark?: Mark): void {
    if (item.kind !== "gap" && (item.id !== "" || this.#id === undefined)) this.#id = item.id;
    this.#ring.push(item, mark);
  }

  /** Continues after another id. Events in between, if there were any, are not known. */
  jump(id: string): void {
    this.#id = id;
    this.#ring.clear(id);
  }

  /** Returns the items that this tab has got after the id; undefined: it does not know the id. */
  afterId(id: string): Item[] | undefined {
    return id === this.#id ? [] : this.#ring.afterId(id);
  }

  /** Returns the items that this tab has got after a position of a leader's sequence; undefined: it does not know the position. */
  afterMark(mark: Mark): Item[] | undefined {
    const isHere = mark.term === this.mark.term && mark.seq === this.mark.seq;
    return isHere && mark.term !== NOWHERE.term ? [] : this.#ring.afterMark(mark);
  }
}
