import { type Ages, appendedAt, NO_AGES } from "../ages.ts";
import { readHead, type StoredHead } from "../entry.ts";
import { type Lane, type Position, type Retention, START, toPosition } from "../log.ts";
import { isOverAge, readReceipt } from "../receipts.ts";
import { workOf } from "../work.ts";
import { copiesOf, sizeOf } from "./size.ts";
import { beyond, META, positionIn, positionKey, type Store } from "./tables.ts";

/** The entries of a lane, counted. */
export interface Tally {
  readonly count: number;
  /** In the file; see `size.ts`. */
  readonly bytes: number;
}

export const NONE: Tally = { count: 0, bytes: 0 };

/** What a log knows of a lane without looking. */
export interface LaneState extends Tally {
  /** The newest position that was removed. */
  readonly floor: Position;
}

/** A log after a commit, kept with it. */
export interface State {
  /** Entries beyond it belong to an append that is not finished, and are nobody's to see. */
  readonly last: Position;
  /** No volatile entry has had a position from here on. A restart gives none before it. */
  readonly reserved: Position;
  /** There may be such entries. */
  readonly isPartial: boolean;
  readonly lanes: Readonly<Record<Lane, LaneState>>;
  /** The number of the next receipt, and of the oldest that is kept. */
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

/** How much one commit removes at most: it removes one thing at least. */
export interface Quota {
  readonly work: number;
  /** Bytes of the pages that LMDB copies for it. */
  readonly copies: number;
}

/** A stored entry that goes. */
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

/** By what a lane is bounded at a commit. */
export interface LaneChange {
  readonly retention: Retention;
  /** Entries that count with those that are there: of an append that is not finished, and new ones. */
  readonly added: Tally;
  /** undefined: none goes for its age. */
  readonly ages: Ages | undefined;
  readonly quota: Quota;
}

/** Returns whether a lane is over its bounds. */
export const isOver = ({ count, bytes }: Tally, { maxUpdates, maxBytes }: Retention): boolean =>
  count > maxUpdates || bytes > maxBytes;

/** Returns what goes from a lane with a commit: the oldest, as long as it is over its bounds. */
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

/** Returns the entries beyond a position, as many as one commit removes. */
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

/** Returns how many rows of indexes an entry has. There is no index of subscription events. */
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

  /** @param headBytes of the stored entry, without its frame */
  take(rows: number, headBytes: number): boolean {
    this.#work -= workOf(rows, headBytes);
    this.#copies -= copiesOf({ stored: 0, rows });
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst || (this.#work >= 0 && this.#copies >= 0);
  }
}

export interface ReceiptPlan {
  /** Numbers in the order, and the receipts that go with them. */
  readonly removals: readonly { readonly number: number; readonly key: Buffer | undefined }[];
  readonly isUnfinished: boolean;
}

export interface ReceiptChange {
  /** How many new ones there are. */
  readonly added: number;
  /** How many may be kept. */
  readonly most: number;
  readonly ages: Ages;
  readonly mostRemovals: number;
}

/** Returns which receipts go: the oldest, as long as they are over their age or too many. */
export function planReceipts(
  store: Store,
  { next, oldest }: State["receipts"],
  { added, most, ages, mostRemovals }: ReceiptChange,
): ReceiptPlan {
  const removals: { number: number; key: Buffer | undefined }[] = [];
  for (let number = oldest; number < next; number += 1) {
    // One by one, each copied: what a read gives is overwritten by the next.
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
