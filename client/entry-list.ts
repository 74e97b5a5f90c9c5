import type { Keep } from "./base/options.ts";
import type { Entry, Snapshot } from "./base/snapshot.ts";

/** How many entries are kept: enough to read back, few enough to draw. */
const MOST_ENTRIES = 500;
/** How many characters of one text are kept: more than fills a screen. */
const LONGEST_TEXT = 4_000;
/** How many characters of an id, or of a type, are kept: more than anybody reads; where texts are whole, as many as an event's id has at most. */
const LONGEST_ID = { shown: 200, whole: 512 } as const;

type View<T> = Pick<Snapshot<T>, "entries" | "dropped" | "paused" | "held">;

/**
 * The newest entries, bounded by their number and by their characters. Adding one costs the same whether it is the first or the millionth;
 * a look at them costs one copy of as many pointers, and nothing when none was added.
 */
export class EntryList<T> {
  readonly #most: number;
  readonly #longest: number;
  readonly #longestId: number;
  readonly #mostCharacters: number;
  /** Those before `#start` were let go, and wait to be swept. */
  #all: Entry<T>[] = [];
  #start = 0;
  #characters = 0;
  #sweepable = 0;
  #added = 0;
  #dropped = 0;
  #copy: readonly Entry<T>[] | undefined;
  /** What is shown while paused, and how many entries there had been by then. */
  #pausedAt: { entries: readonly Entry<T>[]; dropped: number; added: number } | undefined;

  constructor({ entries, characters }: Keep = { entries: MOST_ENTRIES }) {
    this.#most = entries;
    this.#longest = characters ?? LONGEST_TEXT;
    // One goes on from an id that is shown, so that it has to be whole there.
    this.#longestId = characters === undefined ? LONGEST_ID.shown : LONGEST_ID.whole;
    this.#mostCharacters = characters ?? Number.POSITIVE_INFINITY;
  }

  /** How many are in memory: those to be seen, and those that wait to be swept. */
  get size(): number {
    return this.#all.length;
  }

  add(entry: Omit<Entry<T>, "key" | "omitted">): void {
    const text = cut(entry.text, this.#longest);
    const id = entry.id === undefined ? {} : { id: cut(entry.id, this.#longestId) };
    const type = entry.type === undefined ? {} : { type: cut(entry.type, this.#longestId) };
    const omitted = entry.text.length - text.length;
    this.#all.push({ ...entry, ...id, ...type, key: this.#added, text, omitted });
    this.#added += 1;
    this.#characters += text.length;
    this.#copy = undefined;
    while (this.#all.length - this.#start > this.#most || this.#isTooLong()) this.#drop();
    // Once in as many entries as are kept, or as half their characters: none pays for moving all the others.
    if (this.#start >= this.#most || this.#sweepable > this.#mostCharacters / 2) this.#sweep();
  }

  clear(): void {
    this.#all = [];
    this.#start = 0;
    this.#characters = 0;
    this.#sweepable = 0;
    this.#dropped = 0;
    this.#copy = undefined;
    if (this.#pausedAt !== undefined)
      this.#pausedAt = { entries: [], dropped: 0, added: this.#added };
  }

  pause(): void {
    this.#pausedAt ??= { entries: this.#entries(), dropped: this.#dropped, added: this.#added };
  }

  resume(): void {
    this.#pausedAt = undefined;
  }

  /** What is to be seen: an array that later entries leave alone. */
  view(): View<T> {
    const at = this.#pausedAt;
    if (at === undefined)
      return { entries: this.#entries(), dropped: this.#dropped, paused: false, held: 0 };
    return {
      entries: at.entries,
      dropped: at.dropped,
      paused: true,
      held: this.#added - at.added,
    };
  }

  #entries(): readonly Entry<T>[] {
    this.#copy ??= this.#all.slice(this.#start);
    return this.#copy;
  }

  #isTooLong(): boolean {
    return this.#characters > this.#mostCharacters && this.#all.length - this.#start > 1;
  }

  #drop(): void {
    const length = this.#all[this.#start]?.text.length ?? 0;
    this.#start += 1;
    this.#dropped += 1;
    this.#characters -= length;
    this.#sweepable += length;
  }

  #sweep(): void {
    this.#all = this.#all.slice(this.#start);
    this.#start = 0;
    this.#sweepable = 0;
  }
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const whole = text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "");
  // A slice keeps the string it is a part of in memory, megabytes of it perhaps: a clone doesn't.
  return structuredClone(whole);
}
