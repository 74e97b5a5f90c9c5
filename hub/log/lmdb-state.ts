import { readHead, type StoredHead } from "./entry.ts";
import { beyond, META, positionIn, positionKey, type Store } from "./lmdb-store.ts";
import { isOverAge, type KeptReceipt } from "./receipts.ts";
import { type Lane, type Position, RECEIPTS, type Retention, START, toPosition } from "./types.ts";

/** What a log knows of a lane without looking. */
export interface LaneState {
  /** The newest position that was let go. */
  readonly floor: Position;
  readonly count: number;
  /** Of frames. */
  readonly bytes: number;
}

/** A log after a commit, kept with it. */
export interface State {
  readonly last: Position;
  /** No volatile entry has had a position from here on. A restart gives none before it. */
  readonly reserved: Position;
  readonly lanes: Readonly<Record<Lane, LaneState>>;
  /** The number of the next receipt, and of the oldest that is kept. */
  readonly receipts: { readonly next: number; readonly oldest: number };
}

const EMPTY: LaneState = { floor: START, count: 0, bytes: 0 };

const NEW: State = {
  last: START,
  reserved: START,
  lanes: { updates: EMPTY, subscriptions: EMPTY },
  receipts: { next: 0, oldest: 0 },
};

export function readState({ meta }: Store): State {
  const found = meta.get(META.state);
  return found ? { ...NEW, ...JSON.parse(found.toString()) } : NEW;
}

export const storeState = (state: State): Buffer => Buffer.from(JSON.stringify(state));

/** The state that a start goes on from: no position is given again that may have been a volatile entry's. */
export function restarted(state: State): State {
  return { ...state, last: toPosition(Math.max(state.last, state.reserved)) };
}

/** Positions that are reserved for volatile entries at a time: so seldom do they cost a write. */
const RESERVATION = 2 ** 20;

/** Where the reserved positions end after a commit. It always ends beyond the last volatile entry. */
export function reservedAfter(before: State, last: Position, hasVolatile: boolean): Position {
  const { reserved } = before;
  return hasVolatile && last >= reserved ? toPosition(last + RESERVATION) : reserved;
}

/** A stored entry that goes. */
export interface Removal {
  readonly position: Position;
  readonly head: StoredHead;
}

export interface LanePlan {
  readonly removals: readonly Removal[];
  /** How many of the new entries go at once: there is no room for them all. */
  readonly skipped: number;
  readonly after: LaneState;
  /** More is over the bounds than one commit may remove. */
  readonly isUnfinished: boolean;
}

/** What a lane's commit brings, and by what it is bounded. */
export interface LaneChange {
  readonly retention: Retention;
  readonly added: readonly { readonly position: Position; readonly frameBytes: number }[];
  /** Entries from before it go too, in milliseconds since 1970; undefined: none goes for its age. */
  readonly oldest?: number | undefined;
  /** The most stored entries that it removes. */
  readonly mostRemovals: number;
}

/** What goes from a lane with a commit: the oldest, as long as it is over its bounds. */
export function planLane(
  store: Store,
  lane: Lane,
  before: LaneState,
  change: LaneChange,
): LanePlan {
  const { retention, added, oldest, mostRemovals } = change;
  let { floor, bytes } = before;
  let count = before.count + added.length;
  for (const { frameBytes } of added) bytes += frameBytes;
  const isOver = () => count > retention.maxUpdates || bytes > retention.maxBytes;
  const removals: Removal[] = [];
  let isUnfinished = false;
  if (before.count > 0 && (isOver() || oldest !== undefined)) {
    const start = positionKey(beyond(floor));
    for (const { key, value } of store.lanes[lane].entries.getRange({ start })) {
      const head = readHead(value);
      if (!isOver() && !(oldest !== undefined && head.at < oldest)) break;
      if (removals.length === mostRemovals) {
        isUnfinished = true;
        break;
      }
      const position = toPosition(positionIn(key));
      removals.push({ position, head });
      floor = position;
      count -= 1;
      bytes -= head.frameBytes;
    }
  }
  let skipped = 0;
  if (removals.length === before.count) {
    for (const { position, frameBytes } of added) {
      if (!isOver()) break;
      skipped += 1;
      floor = position;
      count -= 1;
      bytes -= frameBytes;
    }
  }
  return { removals, skipped, after: { floor, count, bytes }, isUnfinished };
}

/** A receipt as it is stored. */
export interface StoredReceipt extends KeptReceipt {
  /** Its place in the order; one that came again has a newer one. */
  readonly number: number;
}

export interface ReceiptPlan {
  /** Numbers in the order, and the receipts that go with them. */
  readonly removals: readonly { readonly number: number; readonly key: Buffer | undefined }[];
  readonly isUnfinished: boolean;
}

export interface ReceiptChange {
  /** How many new ones there are. */
  readonly added: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly mostRemovals: number;
}

/** Which receipts go: the oldest, as long as they are over their age or too many. */
export function planReceipts(
  store: Store,
  { next, oldest }: State["receipts"],
  { added, now, mostRemovals }: ReceiptChange,
): ReceiptPlan {
  const removals: { number: number; key: Buffer | undefined }[] = [];
  for (let number = oldest; number < next; number += 1) {
    // One by one, each copied: what a read gives is overwritten by the next.
    const found = store.receiptOrder.get(positionKey(number));
    const key = found && Buffer.from(found);
    const stored = key && store.receipts.get(key);
    const receipt: StoredReceipt | undefined = stored && JSON.parse(stored.toString());
    const isCurrent = receipt?.number === number;
    if (isCurrent && next + added - number <= RECEIPTS.most && !isOverAge(receipt, now)) break;
    if (removals.length === mostRemovals) return { removals, isUnfinished: true };
    removals.push({ number, key: isCurrent ? key : undefined });
  }
  return { removals, isUnfinished: false };
}
