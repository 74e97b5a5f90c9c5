import type { EventIds } from "../event-id.ts";
import type { Update } from "../update.ts";
import { entryOf, updateOf } from "./entry.ts";
import { type KeptReceipt, keepReceipt, receiptIds, receiptKey } from "./receipts.ts";
import {
  type ActiveRecord,
  type Append,
  type Appended,
  type Entry,
  type Lane,
  type Listener,
  type Position,
  type Receipt,
  toPosition,
} from "./types.ts";

/** An append whose caller waits for the next commit. */
export interface Waiting {
  readonly append: Append;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** What the log is before the commit. */
export interface Before {
  readonly last: Position;
  readonly ids: EventIds;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** See `Listener`. */
  readonly takenAt: number;
  /** A receipt that is kept from an earlier commit, and is not over its age. */
  receipt(receipt: Receipt): KeptReceipt | undefined;
}

/** Entry and, where its id is the publisher's, that. */
export interface NewEntry {
  readonly entry: Entry;
  readonly ownId: string | undefined;
  /** It ends with the process. */
  readonly isVolatile: boolean;
}

/** All that waiting appends bring, made before anything of the log changes. */
export interface Commit {
  /** In order. */
  readonly all: readonly NewEntry[];
  /** All but the volatile ones; the same list as `all` where there are none. */
  readonly entries: readonly NewEntry[];
  readonly receipts: ReadonlyMap<string, KeptReceipt>;
  readonly active: readonly ActiveRecord[];
  readonly last: Position;
  /** Tells the tail, then those who wait; who was refused knows. */
  tell(listener: Listener): void;
}

/** Appends in the order in which they came, each whole or not at all: one that can't be encoded is refused here, and takes no place. */
export function prepareCommit(waiting: readonly Waiting[], before: Before): Commit {
  const all: NewEntry[] = [];
  const receipts = new Map<string, KeptReceipt>();
  const active: ActiveRecord[] = [];
  let hasVolatile = false;
  const outcomes: { waiting: Waiting; appended: Appended }[] = [];
  let last = before.last;
  // Made in one go, for as many as there may be.
  const most = waiting.reduce((sum, { append }) => sum + sizeOf(append), 0);
  const ids = before.ids.idsFrom(toPosition(last + 1), most);
  const idOf = (position: Position) => ids[position - before.last - 1] ?? "";
  for (const one of waiting) {
    const { append } = one;
    const receipt = append.lane === "updates" ? append.receipt : undefined;
    const known = receipt && (receipts.get(receiptKey(receipt)) ?? before.receipt(receipt));
    if (known) {
      outcomes.push({ waiting: one, appended: again(known, receipt, before.ids) });
      continue;
    }
    const updates = append.lane === "updates" ? append.updates : append.events.map(updateOf);
    try {
      const { lane } = append;
      const isVolatile = lane === "subscriptions" && append.volatile === true;
      const made = entriesOf(updates, last, { lane, at: before.now, idOf, isVolatile });
      for (const entry of made) all.push(entry);
      hasVolatile ||= isVolatile;
      const first = toPosition(last + 1);
      if (receipt)
        receipts.set(receiptKey(receipt), keepReceipt(receipt, first, updates, before.now));
      last = toPosition(last + made.length);
      if (append.lane === "subscriptions" && append.active) active.push(append.active);
      const ids = made.map(({ entry }) => entry.id);
      outcomes.push({ waiting: one, appended: { outcome: "appended", ids } });
    } catch (error) {
      one.reject(error);
    }
  }
  return {
    all,
    entries: hasVolatile ? all.filter(({ isVolatile }) => !isVolatile) : all,
    receipts,
    active,
    last,
    tell(listener) {
      const [first, ...rest] = all.map(({ entry }) => entry);
      try {
        if (first) listener([first, ...rest], before.takenAt);
      } catch (error) {
        // A listener's mistake is no append's: it goes where an error that nobody catches goes.
        queueMicrotask(() => {
          throw error;
        });
      }
      for (const { waiting: one, appended } of outcomes) one.resolve(appended);
    },
  };
}

/** How many updates an append brings. */
export const sizeOf = (append: Append): number =>
  append.lane === "updates" ? append.updates.length : append.events.length;

interface Making {
  readonly lane: Lane;
  readonly at: number;
  readonly isVolatile: boolean;
  idOf(position: Position): string;
}

function entriesOf(
  updates: readonly Update[],
  last: Position,
  { lane, at, idOf, isVolatile }: Making,
): NewEntry[] {
  return updates.map((update, index) => {
    const position = toPosition(last + 1 + index);
    const entry = entryOf(update, { position, id: idOf(position), lane, at });
    return { entry, ownId: update.id, isVolatile };
  });
}

function again(known: KeptReceipt, receipt: Receipt, ids: EventIds): Appended {
  return known.bodyHash === receipt.bodyHash
    ? { outcome: "repeated", ids: receiptIds(known, ids) }
    : { outcome: "conflict" };
}
