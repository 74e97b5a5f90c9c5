import type { Entry } from "./types.ts";

/** How many entries are kept: enough to read back, few enough to draw. */
export const MOST_ENTRIES = 500;
/** How many characters of one text are kept: more than fills a screen. */
export const LONGEST_TEXT = 4_000;
/** How many characters of an id are kept. */
export const LONGEST_ID = 200;

/** The newest entries: bounded, and adding one costs the same whether it is the first or the millionth. */
export class EntryList<T> {
  #kept: Entry<T>[] = [];
  #added = 0;
  #addedSinceClear = 0;

  /** How many were ever added. */
  get added(): number {
    return this.#added;
  }

  /** How many older ones were let go since the list was last empty. */
  get dropped(): number {
    return Math.max(0, this.#addedSinceClear - MOST_ENTRIES);
  }

  add(entry: Omit<Entry<T>, "key" | "omitted">): void {
    // Trimmed once in MOST_ENTRIES times, so that no entry pays for moving all the others.
    if (this.#kept.length === 2 * MOST_ENTRIES) this.#kept = this.#kept.slice(MOST_ENTRIES);
    const text = cut(entry.text, LONGEST_TEXT);
    const id = entry.id === undefined ? {} : { id: cut(entry.id, LONGEST_ID) };
    const omitted = entry.text.length - text.length;
    this.#kept.push({ ...entry, ...id, key: this.#added, text, omitted });
    this.#added += 1;
    this.#addedSinceClear += 1;
  }

  clear(): void {
    this.#kept = [];
    this.#addedSinceClear = 0;
  }

  /** Those that are kept, oldest first: a copy, which later entries leave alone. */
  toArray(): readonly Entry<T>[] {
    return this.#kept.slice(-MOST_ENTRIES);
  }
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const whole = text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "");
  // A slice keeps the string it is a part of in memory, megabytes of it perhaps: a clone doesn't.
  return structuredClone(whole);
}
