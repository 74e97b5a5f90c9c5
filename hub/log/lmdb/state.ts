import { type Ages, appendedAt, NO_AGES } from "../ages.ts";
import { readHead, type StoredHead } from "../entry.ts";
import { type Lane, type Position, type Retention, START, toPosition } from "../log.ts";
import { isOverAge, readReceipt } from "../receipts.ts";
import { workOf } from "../work.ts";
import { copiesOf, sizeOf } from "./size.ts";
import { beyond, META, positionIn, positionKey, type Store } from "./tables.ts";

/** The count and bytes of a lane's entries. */
export interface Tally {
  readonly count: number;
  /** The bytes in the file; see `size.ts`. */
  readonly bytes: number;
}

export const NONE: Tally = { count: 0, bytes: 0 };

/** The data about a lane that a log keeps, so that it need not read the entries. */
export interface LaneState extends Tally {
  /** The newest position that was removed. */
  readonly floor: Position;
}

/** The state of a log after a commit. It is written with the commit. */
export interface State {
  /** Entries after this position belong to an incomplete append. They MUST NOT be read. */
  readonly last: Position;
  /** Volatile entries have only positions before this one. After a restart, new positions begin after it. */
  readonly reserved: Position;
  /** The file may have entries of an incomplete append. */
  readonly isPartial: boolean;
  readonly lanes: Readonly<Record<Lane, LaneState>>;
  /** The numbers of the next receipt and of the oldest kept receipt. */
  readonly receipts: { readonly next: number; readonly oldest: number };
  readonly ages: Ages;
}

const EMPTY: LaneState = { floor: START, ...NONE };
const NEW: State = {
  last: START,
  reserved: START,
  isPartial: false,
  lanes: { updates: EMPTY, subscriptions: EMPTY },
  receipts: { next: 0, oldest: 0 },
  ages: NO_AGES,
};

export function readState({ meta }: Store): State {
  const found = meta.get(META.state);
  return found ? { ...NEW, ...JSON.parse(found.toString()) } : NEW;
}

export const storeState = (state: State): Buffer => Buffer.from(JSON.stringify(state));

/** Returns the state for a restart. It skips all positions that a volatile entry may have had. */
export function restarted(state: State): State {
  return { ...state, last: toPosition(Math.max(state.last, state.reserved)) };
}

/** The number of positions reserved for volatile entries at a time. A large number makes these writes rare. */
const RESERVATION = 2 ** 20;

/** Returns the end of the reserved positions after a commit. It is always after the last volatile entry. */
export function reservedAfter(before: State, last: Position, hasVolatile: boolean): Position {
  const { reserved } = before;
  return hasVolatile && last >= reserved ? toPosition(last + RESERVATION) : reserved;
}

/** The maximum of one commit's removals. A commit may always remove one thing. */
export interface Quota {
  readonly work: number;
  /** Bytes of the pages that LMDB copies for the removals. */
  readonly copies: number;
}

/** A stored entry to remove. */
export interface Removal {
  readonly position: Position;
  readonly head: StoredHead;
}

export interface LanePlan {
  readonly removals: readonly Removal[];
  readonly after: LaneState;
  /** More is over the bounds than one commit may remove. */
  readonly isUnfinished: boolean;
}

/** The bounds and additions of a lane at a commit. */
export interface LaneChange {
  readonly retention: Retention;
  /** Entries that are not in the lane's state yet but count with it: those of an incomplete append, and new ones. */
  readonly added: Tally;
  /** undefined: no entry is removed for its age. */
  readonly ages: Ages | undefined;
  readonly quota: Quota;
}

/** Returns whether a lane is over its bounds. */
export const isOver = ({ count, bytes }: Tally, { maxUpdates, maxBytes }: Retention): boolean =>
  count > maxUpdates || bytes > maxBytes;

/** Plans the removals of a lane at a commit: the oldest entries, as long as the lane is over its bounds. */
export function planLane(
  store: Store,
  lane: Lane,
  before: LaneState,
  { retention, added, ages, quota }: LaneChange,
): LanePlan {
  let { floor, count, bytes } = before;
  const { maxAgeMs } = retention;
  const isFull = () =>
    isOver({ count: count + added.count, bytes: bytes + added.bytes }, retention);
  const isOld = (position: Position, at: number) =>
    ages !== undefined && maxAgeMs > 0 && ages.clock - appendedAt(ages, position, at) > maxAgeMs;
  const removals: Removal[] = [];
  if (before.count > 0 && (isFull() || (ages !== undefined && maxAgeMs > 0))) {
    const room = new Room(quota);
    const start = positionKey(beyond(floor));
    for (const { key, value } of store.lanes[lane].entries.getRange({ start })) {
      if (count === 0) break;
      const position = toPosition(positionIn(key));
      const head = readHead(value);
      if (!isFull() && !isOld(position, head.at)) break;
      if (!room.take(rowsOf(lane, head), value.length - head.frameBytes)) {
        return { removals, after: { floor, count, bytes }, isUnfinished: true };
      }
      removals.push({ position, head });
      floor = position;
      count -= 1;
      bytes -= sizeOf({ stored: value.length, rows: rowsOf(lane, head) });
    }
  }
  return { removals, after: { floor, count, bytes }, isUnfinished: false };
}

/** Returns the entries after a position, as many as one commit removes. */
export function planLeftovers(store: Store, lane: Lane, last: Position, quota: Quota): Removal[] {
  const room = new Room(quota);
  const removals: Removal[] = [];
  const start = positionKey(beyond(last));
  for (const { key, value } of store.lanes[lane].entries.getRange({ start })) {
    const head = readHead(value);
    if (!room.take(rowsOf(lane, head), value.length - head.frameBytes)) break;
    removals.push({ position: toPosition(positionIn(key)), head });
  }
  return removals;
}

/** Returns the number of index rows of an entry. Subscription events have no index of topics. */
export const rowsOf = (
  lane: Lane,
  { topics, ownId }: Pick<StoredHead, "topics" | "ownId">,
): number => (lane === "subscriptions" ? 0 : topics.length) + (ownId === undefined ? 0 : 1);

/** Counts the removals of a commit. */
class Room {
  #work: number;
  #copies: number;
  #isFirst = true;

  constructor({ work, copies }: Quota) {
    this.#work = work;
    this.#copies = copies;
  }

  /**
   * Counts one removal. Returns whether the quota has room for it.
   * @param headBytes bytes of the stored entry without its frame
   */
  take(rows: number, headBytes: number): boolean {
    this.#work -= workOf(rows, headBytes);
    this.#copies -= copiesOf({ stored: 0, rows });
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst || (this.#work >= 0 && this.#copies >= 0);
  }
}

export interface ReceiptPlan {
  /** The removed numbers of the order, and the keys of the receipts that are removed with them. */
  readonly removals: readonly { readonly number: number; readonly key: Buffer | undefined }[];
  readonly isUnfinished: boolean;
}

export interface ReceiptChange {
  /** The number of new receipts. */
  readonly added: number;
  /** The maximum number of receipts. */
  readonly most: number;
  readonly ages: Ages;
  readonly mostRemovals: number;
}

/** Plans the removals of receipts: the oldest, as long as they are over their age or too many. */
export function planReceipts(
  store: Store,
  { next, oldest }: State["receipts"],
  { added, most, ages, mostRemovals }: ReceiptChange,
): ReceiptPlan {
  const removals: { number: number; key: Buffer | undefined }[] = [];
  for (let number = oldest; number < next; number += 1) {
    // Rows are read one by one, and the key is copied: the next read overwrites the result of a read.
    const found = store.receiptOrder.get(positionKey(number));
    const key = found && Buffer.from(found);
    const stored = key && store.receipts.get(key);
    const receipt = stored && readReceipt(stored);
    const isCurrent = receipt?.number === number;
    if (isCurrent && next + added - number <= most && !isOverAge(receipt, ages)) break;
    if (removals.length === mostRemovals) return { removals, isUnfinished: true };
    removals.push({ number, key: isCurrent ? key : undefined });
  }
  return { removals, isUnfinished: false };
}
