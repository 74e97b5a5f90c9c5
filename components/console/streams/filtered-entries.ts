import type { Entry } from "../../../client/base/snapshot.ts";

/**
 * The entries of a growing list that have a text in them, whatever its case: in their data, type or id. Each entry is looked at once, and
 * for no longer at a time than one is given: a hundred thousand of them hold up no frame.
 */
export class FilteredEntries {
  readonly #pattern: RegExp | undefined;
  readonly #now: () => number;
  #all: readonly Entry[] = [];
  /** Those that have it; what is before `#head` was let go. */
  #found: Entry[] = [];
  #head = 0;
  #removed = 0;
  /** The key of the next entry to look at. */
  #next = 0;

  /** @param query empty: all entries */
  constructor(query: string, now: () => number = () => performance.now()) {
    this.#now = now;
    if (query !== "") {
      this.#pattern = new RegExp(query.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu");
    }
  }

  get length(): number {
    return this.#pattern ? this.#found.length - this.#head : this.#all.length;
  }

  /** How many were let go at the front, ever: what a reader looks at has moved up by as many rows. */
  get removed(): number {
    return this.#pattern ? this.#removed : (this.#all[0]?.key ?? this.#removed);
  }

  at(index: number): Entry | undefined {
    return this.#pattern ? this.#found[this.#head + index] : this.#all[index];
  }

  toArray(): readonly Entry[] {
    return this.#pattern ? this.#found.slice(this.#head) : this.#all;
  }

  /**
   * Takes the list as it is now.
   * @param ms how long it may look at entries that are new to it
   * @returns whether it has looked at all of them
   */
  update(all: readonly Entry[], ms: number): boolean {
    this.#all = all;
    const first = all[0]?.key ?? Number.POSITIVE_INFINITY;
    if (this.#pattern === undefined) return true;
    this.#letGo(first);
    const until = this.#now() + ms;
    // Keys follow each other.
    let index = Math.max(0, this.#next - first);
    for (; index < all.length; index += 1) {
      const entry = all[index];
      if (entry === undefined) break;
      if (this.#has(entry, this.#pattern)) this.#found.push(entry);
      this.#next = entry.key + 1;
      if (index % LOOK_AT_CLOCK === 0 && this.#now() > until) return index === all.length - 1;
    }
    return true;
  }

  #has({ text, type, id, kind }: Entry, pattern: RegExp): boolean {
    if (pattern.test(text)) return true;
    if (id !== undefined && pattern.test(id)) return true;
    return kind === "message" && type !== undefined && pattern.test(type);
  }

  #letGo(first: number): void {
    while (this.#head < this.#found.length && (this.#found[this.#head]?.key ?? first) < first) {
      this.#head += 1;
      this.#removed += 1;
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#found.length) {
      this.#found = this.#found.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** Long texts are megabytes, so not more seldom; the clock itself costs little. */
const LOOK_AT_CLOCK = 64;
