import type { Ages } from "../ages.ts";
import type { Commit } from "../commit.ts";
import { LANES, type Lane, type Position } from "../log.ts";
import type { Shares } from "../shares.ts";
import {
  NONE,
  planLane,
  planReceipts,
  type Quota,
  reservedAfter,
  type State,
  type Tally,
} from "./state.ts";
import type { Store } from "./tables.ts";
import type { StoredEntry, Transaction } from "./transaction.ts";

/** The number of receipts that a transaction removes in addition to the number that it adds. */
const SPARE_RECEIPTS = 100;

/** The part of an append that one transaction writes. */
export interface Part {
  readonly entries: readonly StoredEntry[];
  /** The entries of the append so far, including this part, by lane. */
  readonly added: Readonly<Record<Lane, Tally>>;
  /** Set in the last part. It completes the append. */
  readonly completes?: Completion;
  /** undefined: the ages of the state. */
  readonly ages?: Ages;
  /** Entries over their age are removed too. */
  readonly trims?: true;
  readonly quota: Quota;
}

export interface Completion {
  readonly commit: Commit;
  /** The positions of entries that have no room even in an empty lane, by lane. */
  readonly skippedUpTo: Readonly<Partial<Record<Lane, Position>>>;
}

export const NO_LANES = { updates: NONE, subscriptions: NONE };

/** An empty transaction to extend. */
export const NOTHING_NEW = {
  entries: [],
  receipts: [],
  receiptRemovals: [],
  active: [],
} as const;

/** Returns the tallies with one more entry in a lane, or one less if `count` is -1. */
export function plus(
  tallies: Readonly<Record<Lane, Tally>>,
  lane: Lane,
  bytes: number,
  count = 1,
): Record<Lane, Tally> {
  const { [lane]: tally } = tallies;
  return { ...tallies, [lane]: { count: tally.count + count, bytes: tally.bytes + bytes } };
}

export interface PartPlan {
  readonly transaction: Transaction;
  /** False: there is nothing to write. */
  readonly changes: boolean;
  /** More is over the bounds than one transaction may remove. */
  readonly isUnfinished: boolean;
}

/** Plans the transaction that writes a part of an append and then removes the excess over the bounds. */
export function planPart(store: Store, before: State, part: Part, shares: Shares): PartPlan {
  const { entries, added, completes, ages, trims, quota } = part;
  const plan = (lane: Lane) => {
    const change = { retention: shares[lane], added: added[lane], ages: trims && ages, quota };
    return planLane(store, lane, before.lanes[lane], change);
  };
  const lanes = { updates: plan("updates"), subscriptions: plan("subscriptions") };
  const laneAfter = (lane: Lane) => {
    const { floor, count, bytes } = lanes[lane].after;
    if (!completes) return lanes[lane].after;
    return {
      floor: completes.skippedUpTo[lane] ?? floor,
      count: count + added[lane].count,
      bytes: bytes + added[lane].bytes,
    };
  };
  const { receipts = [], active = [], last = before.last } = completes?.commit ?? {};
  const hasVolatile = completes !== undefined && completes.commit.all !== completes.commit.entries;
  // Skipped entries move the position too. Volatile entries alone cost no write.
  const hasDurable = (completes?.commit.entries.length ?? 0) > 0;
  const reserved = reservedAfter(before, last, hasVolatile);
  const old = ages
    ? planReceipts(store, before.receipts, {
        added: receipts.length,
        most: shares.receipts,
        ages,
        mostRemovals: 2 * receipts.length + SPARE_RECEIPTS,
      })
    : { removals: [], isUnfinished: false };
  const after: State = {
    last,
    reserved,
    isPartial: completes === undefined && (before.isPartial || entries.length > 0),
    lanes: { updates: laneAfter("updates"), subscriptions: laneAfter("subscriptions") },
    receipts: {
      next: before.receipts.next + receipts.length,
      oldest: before.receipts.oldest + old.removals.length,
    },
    ages: ages ?? before.ages,
  };
  const removals = {
    updates: lanes.updates.removals,
    subscriptions: lanes.subscriptions.removals,
  };
  const changes = [entries, receipts, old.removals, active, ...Object.values(removals)];
  return {
    transaction: {
      entries,
      removals,
      receipts,
      receiptRemovals: old.removals,
      active,
      after,
    },
    changes:
      reserved > before.reserved ||
      hasDurable ||
      after.ages.corrections !== before.ages.corrections ||
      changes.some(({ length }) => length > 0),
    isUnfinished: old.isUnfinished || LANES.some((lane) => lanes[lane].isUnfinished),
  };
}
