import type { Entry } from "../../../client/base/snapshot.ts";

/**
 * The entries of a growing list that contain a text in their data, type or id, in any case. It reads each entry once, and stops when its
 * time is over. So a hundred thousand entries do not delay a frame.
 */
export class FilteredEntries {
  readonly #pattern: RegExp | undefined;
  readonly #now: () => number;
  #all: readonly Entry[] = [];
  /** The entries that match; those before `#head` are removed already. */
  #found: Entry[] = [];
  #head = 0;
  #removed = 0;
  /** The key of the next entry to read. */
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

  /** How many entries were removed at the front in all. The rows that a reader looks at have moved up by as many. */
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
   * Updates from the current list.
   * @param ms the time for reading new entries, in milliseconds
   * @returns whether all entries have been read
   */
  update(all: readonly Entry[], ms: number): boolean {
    this.#all = all;
    const first = all[0]?.key ?? Number.POSITIVE_INFINITY;
    if (this.#pattern === undefined) return true;
    this.#letGo(first);
    const until = this.#now() + ms;
    // Keys are consecutive.
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

/** How many entries are read between looks at the clock. Texts may be megabytes, so not more; the clock itself costs little. */
const LOOK_AT_CLOCK = 64;
