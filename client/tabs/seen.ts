import type { Item } from "./item.ts";
import { type Mark, Ring, type RingLimits } from "./item-ring.ts";
import { NO_TERM } from "./term.ts";

/** No leader's sequence. */
export const NOWHERE: Mark = { term: NO_TERM, seq: 0 };

/** How far this tab has come: what its next leader, or it as the next leader, goes on from. */
export class Seen {
  readonly #ring: Ring;
  #id: string | undefined;
  /** The place in the leader's sequence, the newest leadership that this tab followed. */
  mark: Mark = NOWHERE;

  /** @param after the id to go on from; undefined: with what comes next, wherever that is */
  constructor(memory: RingLimits, after: string | undefined) {
    this.#ring = new Ring(memory);
    this.#id = after;
    this.#ring.clear(after ?? "");
  }

  /** The Last-Event-ID; "": events came, and none had one. undefined: nothing came yet, and any place is as good. */
  get id(): string | undefined {
    return this.#id;
  }

  get base(): string {
    return this.#ring.base;
  }

  get items(): Item[] {
    return this.#ring.toArray();
  }

  /** @param mark where the item stands in the leader's sequence, if that is known */
  take(item: Item, mark?: Mark): void {
    if (item.kind !== "gap" && (item.id !== "" || this.#id === undefined)) this.#id = item.id;
    this.#ring.push(item, mark);
  }

  /** Goes on from elsewhere: what came between, if anything, is not known. */
  jump(id: string): void {
    this.#id = id;
    this.#ring.clear(id);
  }

  /** What this tab has had after the id; undefined: it does not know the id. */
  afterId(id: string): Item[] | undefined {
    return id === this.#id ? [] : this.#ring.afterId(id);
  }

  /** What this tab has had after a place of a leader's sequence; undefined: it does not know the place. */
  afterMark(mark: Mark): Item[] | undefined {
    const isHere = mark.term === this.mark.term && mark.seq === this.mark.seq;
    return isHere && mark.term !== NOWHERE.term ? [] : this.#ring.afterMark(mark);
  }
}
