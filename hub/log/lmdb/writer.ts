import type { Ages } from "../ages.ts";
import type { Commit } from "../commit.ts";
import { LANES, type Lane, type Position, type Retention } from "../log.ts";
import { type Shares, sharesOf } from "../shares.ts";
import { Pace, WORK_PER_TURN } from "../work.ts";
import { type Completion, NO_LANES, NOTHING_NEW, type Part, planPart, plus } from "./plan.ts";
import type { Reader } from "./read.ts";
import { RECEIPT_SIZE, reserveOf, surplusOf } from "./size.ts";
import {
  isOver,
  planLeftovers,
  type Quota,
  readState,
  restarted,
  type State,
  type Tally,
} from "./state.ts";
import { tableSize } from "./tables.ts";
import { type StoredEntry, storedEntry, type Transaction } from "./transaction.ts";

/** Extra work for removals in each transaction. So a lowered limit is reached in small steps, and no append waits long. */
const SPARE_WORK = 1_000;

export interface WriterOptions {
  readonly reader: Reader;
  readonly retention: Retention;
  /**
   * Runs a transaction while this process owns the log.
   * @throws if another process owns it
   */
  readonly write: (transaction: Transaction) => Promise<void>;
}

/**
 * A part of an append may exceed the bytes by half of its copies beyond this number. Each removal before the part costs one more
 * transaction.
 */
const LEAST_COPIES = 1024 * 1024;

/** The number of transactions between two measurements of the indexes. */
const MEASURED_EVERY = 16;

/**
 * Writes appends to the file, and removes the entries over the bounds. A large append takes several transactions. Its entries have
 * positions after the state's `last`, so they are invisible until the last transaction moves `last`.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #shares: Shares;
  /** The maximum bytes of pages that one transaction copies for its additions, and again for its removals. */
  readonly #copies: number;
  /** The removals of a transaction that adds nothing. */
  readonly #trimQuota: Quota;
  #state: State;
  /** The state after the current transaction, while it is being written. */
  #next: State | undefined;
  #transactions = 0;
  /** The bytes that the indexes take beyond the counted size of their rows. */
  #surplus = 0;

  constructor(options: WriterOptions) {
    const { retention, reader } = options;
    this.#options = options;
    const reserve = reserveOf(retention.maxBytes);
    this.#shares = sharesOf(retention, { receiptBytes: RECEIPT_SIZE, reserve });
    this.#copies = reserve / 4;
    this.#trimQuota = { work: WORK_PER_TURN, copies: this.#copies };
    this.#state = readState(reader.store);
  }

  get state(): State {
    return this.#state;
  }

  /** Starts after the state of an earlier process. MUST be called once, before all other methods. */
  async start(): Promise<void> {
    // This comes before reserved positions count as the log's. Otherwise the leftovers at these positions would become visible.
    await this.#removeLeftovers();
    this.#state = restarted(this.#state);
  }

  /** Returns the newest position that is removed or about to be. During a transaction, a read may see the log before it or after it. */
  floor(lane: Lane): Position {
    return (this.#next ?? this.#state).lanes[lane].floor;
  }

  /**
   * Writes all of a commit, or nothing.
   * @returns whether more is over the bounds
   */
  async append(commit: Commit, ages: Ages): Promise<boolean> {
    await this.#removeLeftovers();
    const stored = await storeAll(commit);
    const { kept, skippedUpTo } = this.#withRoom(stored);
    await this.#clear(skippedUpTo);
    const before = this.#state.lanes;
    let added: Record<Lane, Tally> = NO_LANES;
    for (let start = 0; ; ) {
      const end = this.#partEnd(kept, start);
      const entries = kept.slice(start, end);
      for (const { entry, size } of entries) added = plus(added, entry.lane, size);
      await this.#makeRoom(added, before);
      const part = { entries, added, ages, quota: this.#quotaBeside(entries) };
      if (end === kept.length) return this.#write({ ...part, completes: { commit, skippedUpTo } });
      await this.#write(part);
      start = end;
    }
  }

  /**
   * Removes the entries over their age or over another bound, as many as one transaction may.
   * @returns whether more must be removed
   */
  async trim(ages: Ages): Promise<boolean> {
    await this.#removeLeftovers();
    return this.#write({ entries: [], added: NO_LANES, ages, trims: true, quota: this.#trimQuota });
  }

  /** Skips the oldest entries of an append that is larger than the bounds of a lane. */
  #withRoom(stored: readonly StoredEntry[]) {
    let totals: Record<Lane, Tally> = NO_LANES;
    for (const { entry, size } of stored) totals = plus(totals, entry.lane, size);
    const skippedUpTo: Partial<Record<Lane, Position>> = {};
    const kept: StoredEntry[] = [];
    for (const one of stored) {
      const { lane, position } = one.entry;
      if (isOver(totals[lane], this.#retentionOf(lane))) {
        totals = plus(totals, lane, -one.size, -1);
        skippedUpTo[lane] = position;
      } else kept.push(one);
    }
    return { kept, skippedUpTo };
  }

  /** Removes all entries of each lane that has no room for all of an append. */
  async #clear(skippedUpTo: Completion["skippedUpTo"]): Promise<void> {
    for (const lane of LANES) {
      if (skippedUpTo[lane] === undefined) continue;
      const added = { ...NO_LANES, [lane]: { count: Number.MAX_SAFE_INTEGER / 2, bytes: 0 } };
      while (this.#state.lanes[lane].count > 0) {
        await this.#write({ entries: [], added, quota: this.#trimQuota });
      }
    }
  }

  /**
   * Removes more entries before a part of an append, if the part would take the lane too far over its bytes. This is needed because a part
   * removes less than it adds.
   */
  async #makeRoom(
    added: Readonly<Record<Lane, Tally>>,
    before: Readonly<Record<Lane, Tally>>,
  ): Promise<void> {
    for (const lane of LANES) {
      const { maxBytes } = this.#retentionOf(lane);
      const slack = Math.max(0, this.#copies - LEAST_COPIES) / 2;
      const most = slack + Math.max(maxBytes, before[lane].bytes);
      while (this.#state.lanes[lane].bytes + added[lane].bytes > most) {
        const { count } = this.#state.lanes[lane];
        if (count === 0) break;
        await this.#write({ entries: [], added, quota: this.#trimQuota });
      }
    }
  }

  /** Removes the entries of an incomplete append: it failed, or its process died. */
  async #removeLeftovers(): Promise<void> {
    const { store } = this.#options.reader;
    const { last } = this.#state;
    while (this.#state.isPartial) {
      const removals = {
        updates: planLeftovers(store, "updates", last, this.#trimQuota),
        subscriptions: planLeftovers(store, "subscriptions", last, this.#trimQuota),
      };
      if (LANES.every((lane) => removals[lane].length === 0)) {
        this.#state = { ...this.#state, isPartial: false };
      } else await this.#run({ ...NOTHING_NEW, removals, after: this.#state });
    }
  }

  /**
   * Writes one transaction, unless nothing changes.
   * @returns whether more is over the bounds
   */
  async #write(part: Part): Promise<boolean> {
    const { store } = this.#options.reader;
    const plan = planPart(store, this.#state, part, {
      updates: this.#retentionOf("updates"),
      subscriptions: this.#retentionOf("subscriptions"),
      receipts: this.#shares.receipts,
    });
    if (plan.changes) await this.#run(plan.transaction);
    else this.#state = plan.transaction.after;
    return plan.isUnfinished;
  }

  #retentionOf(lane: Lane): Retention {
    const { [lane]: retention } = this.#shares;
    if (lane !== "updates") return retention;
    // The limit keeps some of the bytes for entries, however large the surplus is.
    const surplus = Math.min(this.#surplus, retention.maxBytes / 2);
    return { ...retention, maxBytes: retention.maxBytes - surplus };
  }

  #measure(): void {
    const { lanes, ids } = this.#options.reader.store;
    const indexes = [lanes.updates.topics, lanes.subscriptions.topics, ids];
    this.#surplus = indexes.reduce((sum, table) => sum + surplusOf(tableSize(table)), 0);
  }

  async #run(transaction: Transaction): Promise<void> {
    if (this.#transactions % MEASURED_EVERY === 0) this.#measure();
    this.#transactions += 1;
    this.#next = transaction.after;
    try {
      await this.#options.write(transaction);
      this.#state = transaction.after;
    } finally {
      this.#next = undefined;
    }
  }

  /** Returns the removals that a transaction may make in addition to its new entries. */
  #quotaBeside(entries: readonly StoredEntry[]): Quota {
    let work = SPARE_WORK;
    for (const one of entries) work += one.work;
    return { work, copies: this.#copies };
  }

  /** Returns the end index (exclusive) of the entries that one transaction adds, from `start` on. */
  #partEnd(entries: readonly StoredEntry[], start: number): number {
    let work = 0;
    let copies = 0;
    let end = start;
    for (; end < entries.length; end += 1) {
      work += entries[end]?.work ?? 0;
      copies += entries[end]?.copies ?? 0;
      if (end > start && (work > WORK_PER_TURN || copies > this.#copies)) break;
    }
    return end;
  }
}

async function storeAll({ entries }: Commit): Promise<StoredEntry[]> {
  const pace = new Pace();
  const stored: StoredEntry[] = [];
  for (const one of entries) {
    const each = storedEntry(one);
    stored.push(each);
    const turn = pace.spend(each.work / 4);
    if (turn) await turn;
  }
  return stored;
}
