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

/** One lane's read stops after this many milliseconds; both lanes' take no more than twice as long. */
const READ_MS = 2;
/** The clock is asked once for this many looks: it costs more than one. */
const LOOKS_PER_CHECK = 128;

/** Counts the entries of a page: their frames' bytes, and their weight. */
export class PageRoom {
  readonly #maxBytes: number;
  #bytes = 0;
  #weight = 0;

  /** @param maxBytes of frames; weight is bounded too, see `WEIGHT_OF_BYTES` */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Counts the entry in, unless there is no room for it; for the first there always is. */
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

/** Fills one page. */
export class PageBuilder {
  readonly #room: PageRoom;
  readonly #entries: Entry[] = [];

  /** @param maxBytes of frames; the first entry is taken whatever its size */
  constructor(maxBytes: number) {
    this.#room = new PageRoom(maxBytes);
  }

  /** False: it would go over the page's bytes, and is not on it. */
  add(entry: Entry): boolean {
    if (!this.#room.take(entry)) return false;
    this.#entries.push(entry);
    return true;
  }

  /** All up to `to` was looked at. */
  upTo(to: Position): Page {
    return { entries: this.#entries, to };
  }

  /** The page is full: what follows its last entry was not looked at. */
  full(after: Position): Page {
    return { entries: this.#entries, to: this.#entries.at(-1)?.position ?? after };
  }
}

/** Fills one page of what is read backwards. */
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

  /** All beyond `from` was looked at; where the page is full, all down to its last entry. */
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

/** Says when one read has taken its time. */
export class ReadBudget {
  readonly #timers: Timers;
  readonly #until: number;
  #looks = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
    this.#until = timers.elapsed() + READ_MS;
  }

  /** @param looks how many topics were looked at since */
  isSpent(looks: number): boolean {
    this.#looks += looks;
    if (this.#looks < LOOKS_PER_CHECK) return false;
    this.#looks = 0;
    return this.#timers.elapsed() >= this.#until;
  }
}

/**
 * Two lanes' pages after one position as one, in order, to where both were read.
 * @param maxBytes of frames; the first entry is taken whatever its size
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

/** The numbers of several ascending sources, in order, each once. Sources that are left early are closed. */
export const ascending = (sources: readonly Iterable<number>[]) => merged(sources, 1);

/** The same of descending sources, from the greatest on. */
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
