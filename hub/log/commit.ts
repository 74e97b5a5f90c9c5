import type { EventIds } from "../event-id.ts";
import type { Update } from "../update.ts";
import { entryOf, updateOf } from "./entry.ts";
import { type KeptReceipt, keepReceipt, receiptIds, receiptKey } from "./receipts.ts";
import {
  type Append,
  type Appended,
  type Entry,
  type Lane,
  type Listener,
  type Position,
  type Receipt,
  type SubscriptionEvent,
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
}

/** All that waiting appends bring, made before anything of the log changes. */
export interface Commit {
  readonly entries: readonly NewEntry[];
  readonly receipts: ReadonlyMap<string, KeptReceipt>;
  readonly subscriptions: readonly SubscriptionEvent[];
  readonly last: Position;
  /** Tells the tail, then those who wait; who was refused knows. */
  tell(listener: Listener): void;
}

/** Appends in the order in which they came, each whole or not at all: one that can't be encoded is refused here, and takes no place. */
export function prepareCommit(waiting: readonly Waiting[], before: Before): Commit {
  const entries: NewEntry[] = [];
  const receipts = new Map<string, KeptReceipt>();
  const subscriptions: SubscriptionEvent[] = [];
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
      const made = entriesOf(updates, last, { lane: append.lane, at: before.now, idOf });
      for (const entry of made) entries.push(entry);
      const first = toPosition(last + 1);
      if (receipt)
        receipts.set(receiptKey(receipt), keepReceipt(receipt, first, updates, before.now));
      last = toPosition(last + made.length);
      if (append.lane === "subscriptions") {
        for (const event of append.events) subscriptions.push(event);
      }
      const ids = made.map(({ entry }) => entry.id);
      outcomes.push({ waiting: one, appended: { outcome: "appended", ids } });
    } catch (error) {
      one.reject(error);
    }
  }
  return {
    entries,
    receipts,
    subscriptions,
    last,
    tell(listener) {
      const [first, ...rest] = entries.map(({ entry }) => entry);
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

function entriesOf(
  updates: readonly Update[],
  last: Position,
  { lane, at, idOf }: { lane: Lane; at: number; idOf(position: Position): string },
): NewEntry[] {
  return updates.map((update, index) => {
    const position = toPosition(last + 1 + index);
    return { entry: entryOf(update, { position, id: idOf(position), lane, at }), ownId: update.id };
  });
}

function again(known: KeptReceipt, receipt: Receipt, ids: EventIds): Appended {
  return known.bodyHash === receipt.bodyHash
    ? { outcome: "repeated", ids: receiptIds(known, ids) }
    : { outcome: "conflict" };
}
