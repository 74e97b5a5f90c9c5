import { charactersOf, type Item } from "./item.ts";
import type { Term } from "./term.ts";

/** The position of an item in a leader's sequence. */
export interface Mark {
  readonly term: Term;
  /** From 1; 0 is the position before the first item. */
  readonly seq: number;
}

export interface RingLimits {
  readonly items: number;
  /** The most characters of ids, types and data together. */
  readonly characters: number;
}

interface Kept {
  readonly item: Item;
  /** undefined: the item came over a connection of this tab's own. */
  readonly mark: Mark | undefined;
  readonly characters: number;
}

/** The newest items, in order and without a hole; bounded in number and in characters. */
export class Ring {
  readonly #limits: RingLimits;
  #kept: Kept[] = [];
  #characters = 0;
  /** The id before the oldest item. */
  #base = "";

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** The id before the oldest item; "" if there was none. */
  get base(): string {
    return this.#base;
  }

  /** Removes all items, and starts after this id. */
  clear(base: string): void {
    this.#kept = [];
    this.#characters = 0;
    this.#base = base;
  }

  push(item: Item, mark?: Mark): void {
    const characters = charactersOf(item);
    this.#kept.push({ item, mark, characters });
    this.#characters += characters;
    const { items, characters: most } = this.#limits;
    // A fifth is removed at a time, so that no single item pays for moving all the others.
    if (this.#kept.length > items * 1.2 || this.#characters > most) this.#trim(items, most * 0.8);
  }

  #trim(items: number, most: number): void {
    let dropped = 0;
    for (const { item, characters } of this.#kept) {
      if (this.#kept.length - dropped <= items && this.#characters <= most) break;
      this.#characters -= characters;
      if (item.kind !== "gap" && item.id !== "") this.#base = item.id;
      dropped += 1;
    }
    this.#kept = this.#kept.slice(dropped);
  }

  /** All items, oldest first. */
  toArray(): Item[] {
    return this.#kept.map(({ item }) => item);
  }

  /** Returns the items after the last one that has this id; undefined: the id is not known here. */
  afterId(id: string): Item[] | undefined {
    if (id === "") return undefined;
    const at = this.#kept.findLastIndex(({ item }) => item.kind !== "gap" && item.id === id);
    if (at === -1 && id !== this.#base) return undefined;
    return this.#kept.slice(at + 1).map(({ item }) => item);
  }

  /** Returns the items after this position of a leader's sequence; undefined: the position is not known here. */
  afterMark({ term, seq }: Mark): Item[] | undefined {
    const at = (wanted: number) =>
      this.#kept.findIndex(({ mark }) => mark?.term === term && mark.seq === wanted);
    const next = at(seq + 1);
    const last = at(seq);
    if (next === -1 && last === -1) return undefined;
    return this.#kept.slice(next === -1 ? last + 1 : next).map(({ item }) => item);
  }
}
