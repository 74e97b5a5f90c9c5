import type { Timers } from "../base/timers.ts";
import {
  type Entry,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  toPosition,
  WEIGHT_OF_BYTES,
} from "./log.ts";

/** The maximum time for reading one lane, in milliseconds. Reading both lanes takes at most twice as long. */
const READ_MS = 2;
/** The number of looks between two readings of the clock, because a reading costs more than a look. */
const LOOKS_PER_CHECK = 128;

/** Counts the frame bytes and the weight of a page's entries. */
export class PageRoom {
  readonly #maxBytes: number;
  #bytes = 0;
  #weight = 0;

  /** @param maxBytes bytes of frames; the weight is bounded too, see `WEIGHT_OF_BYTES` */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Counts the entry and returns true, or returns false if there is no room. The first entry always has room. */
  take({ frame, weight }: Entry): boolean {
    const bytes = this.#bytes + frame.bytes.length;
    const all = this.#weight + weight;
    const isOver = bytes > this.#maxBytes || all > this.#maxBytes * WEIGHT_OF_BYTES;
    if (isOver && this.#weight > 0) return false;
    this.#bytes = bytes;
    this.#weight = all;
    return true;
  }
}

/** Builds one page. */
export class PageBuilder {
  readonly #room: PageRoom;
  readonly #entries: Entry[] = [];

  /** @param maxBytes bytes of frames; the first entry is accepted whatever its size */
  constructor(maxBytes: number) {
    this.#room = new PageRoom(maxBytes);
  }

  /** Adds an entry. Returns false, without adding it, if it would exceed the page's bytes. */
  add(entry: Entry): boolean {
    if (!this.#room.take(entry)) return false;
    this.#entries.push(entry);
    return true;
  }

  /** Returns the page when all entries up to `to` were read. */
  upTo(to: Position): Page {
    return { entries: this.#entries, to };
  }

  /** Returns the page when it is full. Entries after its last one were not read. */
  full(after: Position): Page {
    return { entries: this.#entries, to: this.#entries.at(-1)?.position ?? after };
  }
}

/** Builds one page of a backward read. */
export class PageBackBuilder {
  readonly #most: number;
  readonly #room: PageRoom;
  readonly #entries: Entry[] = [];
  #isFull = false;

  constructor({ most, maxBytes }: Pick<ReadBackRequest, "most" | "maxBytes">) {
    this.#most = most;
    this.#room = new PageRoom(maxBytes);
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  add(entry: Entry): void {
    if (!this.#room.take(entry)) {
      this.#isFull = true;
      return;
    }
    this.#entries.push(entry);
    this.#isFull = this.#entries.length >= this.#most;
  }

  /** Returns the page when all entries after `from` were read. A full page ends at its last entry instead. */
  downTo(from: Position): PageBack {
    const last = this.#entries.at(-1);
    const isFull = this.#isFull;
    return {
      entries: this.#entries,
      from: isFull && last ? toPosition(last.position - 1) : from,
      isFull,
    };
  }
}

/** Limits the time of one read. */
export class ReadBudget {
  readonly #timers: Timers;
  readonly #until: number;
  #looks = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
    this.#until = timers.elapsed() + READ_MS;
  }

  /** @param looks the number of topics compared since the last call */
  isSpent(looks: number): boolean {
    this.#looks += looks;
    if (this.#looks < LOOKS_PER_CHECK) return false;
    this.#looks = 0;
    return this.#timers.elapsed() >= this.#until;
  }
}

/**
 * Merges the pages of two lanes, read after the same position, in order. The result ends where both lanes were read.
 * @param maxBytes bytes of frames; the first entry is accepted whatever its size
 */
export function mergePages(a: Page, b: Page, maxBytes: number): Page {
  const to = toPosition(Math.min(a.to, b.to));
  const page = new PageBuilder(maxBytes);
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a.entries[i];
    const right = b.entries[j];
    const isLeft = left !== undefined && (right === undefined || left.position < right.position);
    const next = isLeft ? left : right;
    if (next === undefined || next.position > to) return page.upTo(to);
    if (!page.add(next)) return page.full(to);
    if (isLeft) i += 1;
    else j += 1;
  }
}

/** Merges several ascending sources of numbers, in order, without duplicates. All sources are closed if the caller stops early. */
export const ascending = (sources: readonly Iterable<number>[]) => merged(sources, 1);

/** Merges several descending sources in the same way, from the greatest number on. */
export const descending = (sources: readonly Iterable<number>[]) => merged(sources, -1);

function* merged(
  sources: readonly Iterable<number>[],
  sign: 1 | -1,
): Generator<number, void, void> {
  const open = sources.map((source) => source[Symbol.iterator]());
  try {
    const heads = open.map((iterator) => iterator.next());
    for (;;) {
      let first: number | undefined;
      for (const head of heads) {
        if (!head.done && (first === undefined || (head.value - first) * sign < 0))
          first = head.value;
      }
      if (first === undefined) return;
      yield first;
      for (const [index, iterator] of open.entries()) {
        const head = heads[index];
        if (head && !head.done && head.value === first) heads[index] = iterator.next();
      }
    }
  } finally {
    for (const iterator of open) iterator.return?.();
  }
}
