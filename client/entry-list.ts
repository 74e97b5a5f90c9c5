import type { Keep } from "./base/options.ts";
import type { Entry, Snapshot } from "./base/snapshot.ts";

/** The most entries: enough to scroll back, few enough to draw. */
const MOST_ENTRIES = 500;
/** The most characters of one text: more than fills a screen. */
const LONGEST_TEXT = 4_000;
/** The most characters of an id or a type. `shown`: more than anybody reads. `whole`: as many as an event's id can have. */
const LONGEST_ID = { shown: 200, whole: 512 } as const;

type View<T> = Pick<Snapshot<T>, "entries" | "dropped" | "paused" | "held">;

/**
 * The newest entries, bounded by their number and by their characters. Adding an entry costs the same for the first and the millionth.
 * A view costs one copy of the pointers, or nothing if no entry was added since.
 */
export class EntryList<T> {
  readonly #most: number;
  readonly #longest: number;
  readonly #longestId: number;
  readonly #mostCharacters: number;
  /** Entries before `#start` are removed already; their memory is freed later. */
  #all: Entry<T>[] = [];
  #start = 0;
  #characters = 0;
  #sweepable = 0;
  #added = 0;
  #dropped = 0;
  #copy: readonly Entry<T>[] | undefined;
  /** The entries that are shown while paused, and the counts at that moment. */
  #pausedAt: { entries: readonly Entry<T>[]; dropped: number; added: number } | undefined;

  constructor({ entries, characters }: Keep = { entries: MOST_ENTRIES }) {
    this.#most = entries;
    this.#longest = characters ?? LONGEST_TEXT;
    // A reader can resume after an id that is shown, so the id has to be whole there.
    this.#longestId = characters === undefined ? LONGEST_ID.shown : LONGEST_ID.whole;
    this.#mostCharacters = characters ?? Number.POSITIVE_INFINITY;
  }

  /** How many entries are in memory: the visible ones, and the removed ones that are not freed yet. */
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
    // Frees memory once per as many entries as are kept, or half their characters: no single entry pays for moving all the others.
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

  /** Returns the visible entries, as an array that later entries do not change. */
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
  // A slice keeps its whole source string in memory, perhaps megabytes. A clone does not.
  return structuredClone(whole);
}
