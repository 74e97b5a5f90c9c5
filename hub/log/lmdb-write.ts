import type { Commit } from "./commit.ts";
import { storeEntry } from "./entry.ts";
import type { Reader } from "./lmdb-read.ts";
import {
  type LanePlan,
  planLane,
  planReceipts,
  type ReceiptPlan,
  reservedAfter,
  type State,
  type StoredReceipt,
  storeState,
} from "./lmdb-state.ts";
import {
  digestOf,
  hashedKey,
  hashOf,
  META,
  NOTHING,
  positionKey,
  type Store,
} from "./lmdb-store.ts";
import { LANES, type Lane, type Retention, SUBSCRIPTIONS_RETENTION } from "./types.ts";

/** What a commit does beside what it appends, and what the log is after it. */
export interface CommitPlan {
  readonly after: State;
  readonly lanes: Readonly<Record<Lane, LanePlan>>;
  readonly receipts: ReceiptPlan;
  /** False: there is nothing to write. */
  readonly changes: boolean;
  /** More is to be let go of than one commit may. */
  readonly isUnfinished: boolean;
}

export interface PlanOptions {
  readonly retention: Retention;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly trimsByAge: boolean;
}

/** So that a limit that was lowered is worked off without stalling anybody. */
const SPARE_REMOVALS = 100;
/** Of a commit of a trim. */
const REMOVALS_PER_TRIM = 500;

export function planCommit(
  store: Store,
  before: State,
  commit: Commit,
  { retention, now, trimsByAge }: PlanOptions,
): CommitPlan {
  const mostRemovals = (added: number) =>
    2 * added + (trimsByAge ? REMOVALS_PER_TRIM : SPARE_REMOVALS);
  const plan = (lane: Lane, laneRetention: Retention) => {
    const added = commit.entries
      .filter(({ entry }) => entry.lane === lane)
      .map(({ entry }) => ({ position: entry.position, frameBytes: entry.frame.bytes.length }));
    const { maxAgeMs } = laneRetention;
    return planLane(store, lane, before.lanes[lane], {
      retention: laneRetention,
      added,
      oldest: trimsByAge && maxAgeMs > 0 ? now - maxAgeMs : undefined,
      mostRemovals: mostRemovals(added.length),
    });
  };
  const lanes = {
    updates: plan("updates", retention),
    subscriptions: plan("subscriptions", SUBSCRIPTIONS_RETENTION),
  };
  const added = commit.receipts.size;
  const receipts = planReceipts(store, before.receipts, {
    added,
    now,
    mostRemovals: mostRemovals(added),
  });
  const plans = LANES.map((lane) => lanes[lane]);
  const reserved = reservedAfter(before, commit.last, commit.all !== commit.entries);
  return {
    lanes,
    receipts,
    after: {
      last: commit.last,
      reserved,
      lanes: { updates: lanes.updates.after, subscriptions: lanes.subscriptions.after },
      receipts: {
        next: before.receipts.next + added,
        oldest: before.receipts.oldest + receipts.removals.length,
      },
    },
    changes:
      commit.entries.length > 0 ||
      commit.active.length > 0 ||
      reserved > before.reserved ||
      added > 0 ||
      receipts.removals.length > 0 ||
      plans.some(({ removals }) => removals.length > 0),
    isUnfinished: receipts.isUnfinished || plans.some(({ isUnfinished }) => isUnfinished),
  };
}

/**
 * Writes a commit as one transaction, on another thread; resolves when it is on disk.
 * @param token of our ownership: the transaction does nothing if it is another's now
 * @returns false if it is another's
 * @throws the storage's error, with nothing written
 */
export async function writeCommit(
  { store, hashes }: Reader,
  token: number,
  commit: Commit,
  plan: CommitPlan,
): Promise<boolean> {
  // All in one conditional block: LMDB runs it whole, in one transaction, or not at all.
  const written = store.meta.ifVersion(META.owner, token, () => {
    for (const lane of LANES) {
      const { entries, topics } = store.lanes[lane];
      for (const { position, head } of plan.lanes[lane].removals) {
        void entries.remove(positionKey(position));
        for (const topic of head.topics) void topics.remove(hashedKey(hashes.of(topic), position));
        if (head.ownId !== undefined)
          void store.ids.remove(hashedKey(hashOf(head.ownId), position));
      }
    }
    for (const { number, key } of plan.receipts.removals) {
      void store.receiptOrder.remove(positionKey(number));
      if (key) void store.receipts.remove(key);
    }
    const { lanes } = plan.after;
    for (const { entry, ownId } of commit.entries) {
      const { position, lane } = entry;
      // It came and went: there is no room for it.
      if (position <= lanes[lane].floor) continue;
      void store.lanes[lane].entries.put(positionKey(position), storeEntry(entry, ownId));
      // Each subscription event has a topic of its own: with an index of them a connect would write a page for each matcher.
      for (const topic of lane === "subscriptions" ? [] : entry.topics) {
        void store.lanes[lane].topics.put(hashedKey(hashes.of(topic), position), NOTHING);
      }
      if (ownId !== undefined) void store.ids.put(hashedKey(hashOf(ownId), position), NOTHING);
    }
    writeReceipts(store, commit, plan);
    for (const { subscriber, record } of commit.active) {
      const key = digestOf(subscriber);
      if (record === undefined) void store.active.remove(key);
      else void store.active.put(key, Buffer.from(record));
    }
    void store.meta.put(META.state, storeState(plan.after), 1);
  });
  try {
    return await written;
  } catch (error) {
    throw await causeOf(error);
  }
}

function writeReceipts(store: Store, { receipts }: Commit, { after }: CommitPlan): void {
  let number = after.receipts.next - receipts.size;
  for (const [text, receipt] of receipts) {
    const key = digestOf(text);
    const stored: StoredReceipt = { ...receipt, number };
    void store.receipts.put(key, Buffer.from(JSON.stringify(stored)));
    void store.receiptOrder.put(positionKey(number), key);
    number += 1;
  }
}

/** lmdb rejects with an error that has the storage's own in a promise. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && "commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
