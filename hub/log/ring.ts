import type { Timers } from "../base/timers.ts";
import type { Matcher } from "../topics/matcher.ts";
import {
  type Entry,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  type Retention,
  START,
  toPosition,
} from "./log.ts";
import { ascending, descending, PageBackBuilder, PageBuilder, ReadBudget } from "./page.ts";
import { Queue } from "./queue.ts";
import { selectionOf } from "./selection.ts";

export interface RingOptions {
  readonly retention: Retention;
  readonly timers: Timers;
  /** The ring never had entries up to this position. Default: 0. */
  readonly floor?: Position;
  /** Called for each removed entry, the oldest first. */
  readonly onRemove?: (entry: Entry) => void;
}

export interface RingRead {
  /** MUST NOT be less than `floor`: removed entries can't be read. */
  readonly after: Position;
  readonly matchers: readonly Matcher[];
  /** Bytes of frames. The page has at least one entry if any matches. */
  readonly maxBytes: number;
  /** The newest position of the log, in any lane. The ring is complete up to it. */
  readonly last: Position;
}

/** The newest entries of one lane, in memory and in order, with an index by topic. */
export class Ring {
  readonly #options: RingOptions;
  readonly #entries = new Queue<Entry>();
  /** The number of entries that were removed before the first of `#entries`. */
  #removed = 0;
  /** The entries' numbers by topic, counted since the ring began. */
  readonly #byTopic = new Map<string, Queue<number>>();
  #bytes = 0;
  #floor: Position;

  constructor(options: RingOptions) {
    this.#options = options;
    this.#floor = options.floor ?? START;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** The total weight of the entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The newest position that the ring does not have. 0: it has all entries. */
  get floor(): Position {
    return this.#floor;
  }

  /**
   * Appends the next entry, whose position MUST be greater than all before. Then removes the oldest entries over the bounds, even the new
   * entry if it alone is over them.
   */
  append(entry: Entry): void {
    const number = this.#removed + this.#entries.length;
    this.#entries.push(entry);
    this.#bytes += entry.weight;
    for (const topic of entry.topics) {
      const numbers = this.#byTopic.get(topic);
      if (numbers) numbers.push(number);
      else this.#byTopic.set(topic, queueOf(number));
    }
    const { maxUpdates, maxBytes } = this.#options.retention;
    while (this.#entries.length > maxUpdates || this.#bytes > maxBytes) this.#removeOldest();
  }

  /**
   * Removes the oldest entries, as long as `isToGo` accepts them.
   * @param most the maximum number of removals
   * @returns whether it made `most` removals, so that more may be due
   */
  trim(isToGo: (entry: Entry) => boolean, most: number): boolean {
    for (let removed = 0; removed < most; removed += 1) {
      const first = this.#entries.at(0);
      if (!first || !isToGo(first)) return false;
      this.#removeOldest();
    }
    return true;
  }

  /** Removes the entries up to a position that the log has removed. */
  dropUpTo(position: Position): void {
    for (let first = this.#entries.at(0); first && first.position <= position; ) {
      this.#removeOldest();
      first = this.#entries.at(0);
    }
    if (this.#floor < position) this.#floor = position;
  }

  /**
   * Returns all entries in (`after`, `to`] that match. With exact topics the cost follows the size of the result. Otherwise the read ends
   * after a few milliseconds.
   */
  read({ after, matchers, maxBytes, last }: RingRead): Page {
    const page = new PageBuilder(maxBytes);
    const selection = selectionOf(matchers);
    if (selection.by === "nothing") return page.upTo(last);
    const from = this.#entries.lowerBound(({ position }) => position <= after);
    if (selection.by === "topics") {
      const sources = selection.topics.map((topic) => this.#numbersOf(topic, from));
      for (const number of ascending(sources)) {
        const entry = this.#entries.at(number - this.#removed);
        if (entry && !page.add(entry)) return page.full(after);
      }
      return page.upTo(last);
    }
    const budget = new ReadBudget(this.#options.timers);
    for (let index = from; ; index += 1) {
      const entry = this.#entries.at(index);
      if (!entry) return page.upTo(last);
      const matches = selection.by === "everything" || selection.mayMatch(entry.topics);
      if (matches && !page.add(entry)) return page.full(after);
      const looks = selection.by === "comparing" ? selection.looks : 1;
      if (budget.isSpent(entry.topics.length * looks)) return page.upTo(entry.position);
    }
  }

  /**
   * Returns the matching entries up to `upTo`, the newest first. With exact topics the cost follows the size of the result. Otherwise the
   * read ends after a few milliseconds.
   */
  readBack({ upTo, matchers, most, maxBytes }: ReadBackRequest): PageBack {
    const page = new PageBackBuilder({ most, maxBytes });
    const selection = selectionOf(matchers);
    if (selection.by === "nothing") return page.downTo(this.#floor);
    const beyond = this.#entries.lowerBound(({ position }) => position <= upTo);
    if (selection.by === "topics") {
      const sources = selection.topics.map((topic) => this.#numbersBack(topic, beyond));
      for (const number of descending(sources)) {
        const entry = this.#entries.at(number - this.#removed);
        if (entry) page.add(entry);
        if (page.isFull) break;
      }
      return page.downTo(this.#floor);
    }
    const budget = new ReadBudget(this.#options.timers);
    for (let index = beyond - 1; index >= 0 && !page.isFull; index -= 1) {
      const entry = this.#entries.at(index);
      if (!entry) break;
      if (selection.by === "everything" || selection.mayMatch(entry.topics)) page.add(entry);
      const looks = selection.by === "comparing" ? selection.looks : 1;
      if (budget.isSpent(entry.topics.length * looks)) {
        return page.downTo(toPosition(entry.position - 1));
      }
    }
    return page.downTo(this.#floor);
  }

  *#numbersOf(topic: string, from: number): Generator<number, void, void> {
    const numbers = this.#byTopic.get(topic);
    if (!numbers) return;
    const start = numbers.lowerBound((number) => number < this.#removed + from);
    for (let index = start; index < numbers.length; index += 1) yield numbers.at(index) ?? 0;
  }

  *#numbersBack(topic: string, beyond: number): Generator<number, void, void> {
    const numbers = this.#byTopic.get(topic);
    if (!numbers) return;
    const end = numbers.lowerBound((number) => number < this.#removed + beyond);
    for (let index = end - 1; index >= 0; index -= 1) yield numbers.at(index) ?? 0;
  }

  #removeOldest(): void {
    const entry = this.#entries.shift();
    if (!entry) return;
    this.#removed += 1;
    this.#bytes -= entry.weight;
    this.#floor = entry.position;
    for (const topic of entry.topics) {
      const numbers = this.#byTopic.get(topic);
      numbers?.shift();
      if (numbers?.length === 0) this.#byTopic.delete(topic);
    }
    this.#options.onRemove?.(entry);
  }
}

function queueOf<T>(first: T): Queue<T> {
  const queue = new Queue<T>();
  queue.push(first);
  return queue;
}
