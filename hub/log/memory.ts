import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { HubError } from "../base/errors.ts";
import type { Timers } from "../base/timers.ts";
import { type Ages, appendedAt, NO_AGES, observe } from "./ages.ts";
import {
  type Commit,
  type NewEntry,
  prepareCommit,
  tell,
  turnEnd,
  type Waiting,
} from "./commit.ts";
import { createEventIds, ID_KEY_BYTES } from "./event-id.ts";
import {
  type Append,
  type Appended,
  type Entry,
  LANES,
  type Lane,
  type Listener,
  type Log,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  type ReadRequest,
  type Retention,
  START,
} from "./log.ts";
import { mergePages } from "./page.ts";
import { Queue } from "./queue.ts";
import { Receipts } from "./receipts.ts";
import { Ring } from "./ring.ts";
import { type Shares, sharesOf } from "./shares.ts";
import { RECEIPT_WEIGHT } from "./weight.ts";
import { appendsInTurn } from "./work.ts";

export interface MemoryLogOptions {
  /** The bounds of the whole log; see `sharesOf`. */
  readonly retention: Retention;
  readonly timers: Timers;
}

/** The number of entries that a trim removes in one turn of the event loop. */
const REMOVALS_PER_TURN = 500;

/** A log in memory. It is lost when the process ends. */
export class MemoryLog implements Log {
  /** Never resolves: no other process can reach the log. */
  readonly lost: Promise<HubError> = new Promise(() => {});
  // Each process has a new key: ids of an earlier process are unknown, and no id is made twice.
  readonly #ids = createEventIds(randomBytes(ID_KEY_BYTES));
  readonly #timers: Timers;
  readonly #shares: Shares;
  readonly #rings: Readonly<Record<Lane, Ring>>;
  /** The positions of kept entries, by their publishers' ids. */
  readonly #byOwnId = new Map<string, Queue<Position>>();
  readonly #receipts: Receipts;
  #ages: Ages = NO_AGES;
  #listener: Listener = () => {};
  #last = START;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor({ retention, timers }: MemoryLogOptions) {
    this.#timers = timers;
    this.#shares = sharesOf(retention, { receiptBytes: RECEIPT_WEIGHT });
    const { updates, subscriptions, receipts } = this.#shares;
    this.#receipts = new Receipts(receipts);
    const onRemove = (entry: Entry) => this.#forgetId(entry);
    this.#rings = {
      updates: new Ring({ retention: updates, timers, onRemove }),
      subscriptions: new Ring({ retention: subscriptions, timers }),
    };
  }

  get last(): Position {
    return this.#last;
  }

  append(append: Append): Promise<Appended> {
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  tail(listener: Listener): void {
    this.#listener = listener;
  }

  floor(lane: Lane): Position {
    return this.#rings[lane].floor;
  }

  completeAfter(lane: Lane): Position {
    return this.#rings[lane].floor;
  }

  async locate(id: string): Promise<Position | undefined> {
    const made = this.#ids.positionOf(id);
    return made !== undefined && made <= this.#last ? made : this.#byOwnId.get(id)?.at(0);
  }

  cursor(position: Position): string {
    return this.#ids.idOf(position);
  }

  async read({ after, matchers, lanes, maxBytes }: ReadRequest): Promise<Page> {
    if (this.#isClosed) throw closed();
    const read = (lane: Lane) =>
      this.#rings[lane].read({ after, matchers, maxBytes, last: this.#last });
    const [first, second] = new Set(lanes);
    if (first === undefined) return { entries: [], to: this.#last };
    return second === undefined ? read(first) : mergePages(read(first), read(second), maxBytes);
  }

  async readBack(request: ReadBackRequest): Promise<PageBack> {
    if (this.#isClosed) throw closed();
    return this.#rings.updates.readBack(request);
  }

  leftActive(): readonly string[] {
    return [];
  }

  async trim(): Promise<void> {
    this.#observe();
    this.#receipts.trim(this.#ages);
    for (const lane of LANES) {
      const { maxAgeMs } = this.#shares[lane];
      const isOverAge = ({ position, at }: Entry) =>
        this.#ages.clock - appendedAt(this.#ages, position, at) > maxAgeMs;
      if (maxAgeMs === 0) continue;
      while (this.#rings[lane].trim(isOverAge, REMOVALS_PER_TURN)) await nextTurn();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  #observe(): void {
    this.#ages = observe(this.#ages, this.#timers.now(), this.#last);
  }

  /** Commits the waiting appends, in their order. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The appends of one turn of the event loop are one commit, so the tail's listeners write once for all of them.
      await nextTurn();
      await this.#commit(this.#waiting.splice(0, appendsInTurn(this.#waiting)));
    }
    this.#running = undefined;
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    this.#observe();
    const commit = await prepareCommit(waiting, {
      last: this.#last,
      ids: this.#ids,
      ages: this.#ages,
      takenAt: this.#timers.elapsed(),
      receipt: (key) => this.#receipts.find(key, this.#ages),
    });
    this.#receipts.add(commit.receipts, this.#ages);
    await this.#keep(commit);
    commit.settle();
  }

  /** Stores the entries of a commit and reports them to the tail. Nothing of this can fail. */
  async #keep({ all, takenAt }: Commit): Promise<void> {
    for (let start = 0; start < all.length; ) {
      if (start > 0) await nextTurn();
      const end = turnEnd(all, start);
      const some = all.slice(start, end);
      for (const one of some) this.#add(one);
      tell(some, takenAt, this.#listener);
      start = end;
    }
  }

  #add({ entry, ownId }: NewEntry): void {
    // Stores the id first: the ring may evict the entry at once.
    if (ownId !== undefined) this.#rememberId(ownId, entry.position);
    this.#rings[entry.lane].append(entry);
    this.#last = entry.position;
  }

  #rememberId(id: string, position: Position): void {
    const positions = this.#byOwnId.get(id) ?? new Queue<Position>();
    positions.push(position);
    this.#byOwnId.set(id, positions);
  }

  #forgetId({ id, position }: Entry): void {
    const positions = this.#byOwnId.get(id);
    // The map does not have ids made by the log, unless a publisher used one as the id of its own update.
    if (positions?.at(0) !== position) return;
    positions.shift();
    if (positions.length === 0) this.#byOwnId.delete(id);
  }
}

const closed = () =>
  new HubError("log:unavailable", "The log is closed: the hub is shutting down.");
