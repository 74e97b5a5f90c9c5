import { charactersOf, type Item } from "./item.ts";
import type { Term } from "./term.ts";

/** Where an item stood in a leader's sequence. */
export interface Mark {
  readonly term: Term;
  /** From 1; 0 is the place before the first. */
  readonly seq: number;
}

export interface RingLimits {
  readonly items: number;
  /** Of ids, types and data together. */
  readonly characters: number;
}

interface Kept {
  readonly item: Item;
  /** undefined: it came over a connection of this tab's own. */
  readonly mark: Mark | undefined;
  readonly characters: number;
}

/** The newest items, in order and without a hole between them: bounded in number and in characters. */
export class Ring {
  readonly #limits: RingLimits;
  #kept: Kept[] = [];
  #characters = 0;
  /** The id that stood before the oldest item. */
  #base = "";

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** The id after which it begins; "" where there was none. */
  get base(): string {
    return this.#base;
  }

  /** Forgets all, and begins after this id. */
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
    // By the fifth, so that no item pays for moving all the others.
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

  /** All of them, oldest first. */
  toArray(): Item[] {
    return this.#kept.map(({ item }) => item);
  }

  /** What came after the id was last left behind; undefined: it is not known here. */
  afterId(id: string): Item[] | undefined {
    if (id === "") return undefined;
    const at = this.#kept.findLastIndex(({ item }) => item.kind !== "gap" && item.id === id);
    if (at === -1 && id !== this.#base) return undefined;
    return this.#kept.slice(at + 1).map(({ item }) => item);
  }

  /** What came after this place of a leader's sequence; undefined: it is not known here. */
  afterMark({ term, seq }: Mark): Item[] | undefined {
    const at = (wanted: number) =>
      this.#kept.findIndex(({ mark }) => mark?.term === term && mark.seq === wanted);
    const next = at(seq + 1);
    const last = at(seq);
    if (next === -1 && last === -1) return undefined;
    return this.#kept.slice(next === -1 ? last + 1 : next).map(({ item }) => item);
  }
}
