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
  /** What lies up to here it never had; default: nothing does. */
  readonly floor?: Position;
  /** Called for each entry that is let go, oldest first. */
  readonly onRemove?: (entry: Entry) => void;
}

export interface RingRead {
  /** MUST NOT lie before `floor`: what was let go can't be read. */
  readonly after: Position;
  readonly matchers: readonly Matcher[];
  /** Of frames; the page has at least one entry if there is one. */
  readonly maxBytes: number;
  /** The newest position of the log, of whatever lane: how far this ring is complete. */
  readonly last: Position;
}

/** One lane's newest entries in memory, in order, with an index by topic. */
export class Ring {
  readonly #options: RingOptions;
  readonly #entries = new Queue<Entry>();
  /** How many entries were let go before the first of `#entries`. */
  #removed = 0;
  /** By topic, the entries' numbers, counted since the ring began. */
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

  /** The weight of its entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The newest position that it does not have; 0: it has all. */
  get floor(): Position {
    return this.#floor;
  }

  /** Takes the next entry, whose position MUST be beyond all before, and lets go of what is over the bounds: it too, where it alone is. */
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
   * Removes the oldest entries, as long as they are to go.
   * @param most how many at most
   * @returns whether it removed so many, and more may have to go
   */
  trim(isToGo: (entry: Entry) => boolean, most: number): boolean {
    for (let removed = 0; removed < most; removed += 1) {
      const first = this.#entries.at(0);
      if (!first || !isToGo(first)) return false;
      this.#removeOldest();
    }
    return true;
  }

  /** Lets go of what its log has let go of. */
  dropUpTo(position: Position): void {
    for (let first = this.#entries.at(0); first && first.position <= position; ) {
      this.#removeOldest();
      first = this.#entries.at(0);
    }
    if (this.#floor < position) this.#floor = position;
  }

  /** All entries in (`after`, `to`] that match. By exact topics it costs what it returns; else it ends after a few milliseconds. */
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

  /** What it has up to there that matches, from the end. By exact topics it costs what it returns; else it ends after a few milliseconds. */
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
