import type { NewEntry } from "../commit.ts";
import { digestOf } from "../digest.ts";
import { storeEntry } from "../entry.ts";
import { type ActiveRecord, LANES, type Lane } from "../log.ts";
import { type NewReceipt, storeReceipt } from "../receipts.ts";
import { workOf } from "../work.ts";
import type { Reader } from "./read.ts";
import { copiesOf, sizeOf } from "./size.ts";
import { type Removal, rowsOf, type State, storeState } from "./state.ts";
import { hashedKey, hashOf, META, NOTHING, positionKey, type Store } from "./tables.ts";

/** A new entry with its stored form. */
export interface StoredEntry extends NewEntry {
  readonly bytes: Buffer;
  /** The bytes that it takes in the file. */
  readonly size: number;
  /** Bytes of the pages that LMDB writes for it. */
  readonly copies: number;
  readonly work: number;
}

export function storedEntry(added: NewEntry): StoredEntry {
  const { entry, ownId } = added;
  const bytes = storeEntry(entry, ownId);
  const { lane, topics } = entry;
  const sized = { stored: bytes.length, rows: rowsOf(lane, { topics, ownId }) };
  return {
    ...added,
    bytes,
    size: sizeOf(sized),
    copies: copiesOf(sized),
    work: workOf(sized.rows, bytes.length),
  };
}

/** The changes of one transaction. */
export interface Transaction {
  readonly entries: readonly StoredEntry[];
  readonly removals: Readonly<Record<Lane, readonly Removal[]>>;
  readonly receipts: readonly NewReceipt[];
  readonly receiptRemovals: readonly {
    readonly number: number;
    readonly key: Buffer | undefined;
  }[];
  readonly active: readonly ActiveRecord[];
  readonly after: State;
}

/**
 * Writes a transaction on another thread. Resolves when it is on disk.
 * @param token the token of our ownership: the transaction does nothing if another process owns the file now
 * @returns false if another process owns the file
 * @throws the storage's error, with nothing written
 */
export async function write(
  { store, hashes }: Reader,
  token: number,
  transaction: Transaction,
): Promise<boolean> {
  const { after } = transaction;
  // All writes are in one conditional block. LMDB runs it as a whole, in one transaction, or not at all.
  const written = store.meta.ifVersion(META.owner, token, () => {
    for (const lane of LANES) {
      const { entries, topics } = store.lanes[lane];
      for (const { position, head } of transaction.removals[lane]) {
        void entries.remove(positionKey(position));
        for (const topic of head.topics) void topics.remove(hashedKey(hashes.of(topic), position));
        if (head.ownId !== undefined)
          void store.ids.remove(hashedKey(hashOf(head.ownId), position));
      }
    }
    for (const { number, key } of transaction.receiptRemovals) {
      void store.receiptOrder.remove(positionKey(number));
      if (key) void store.receipts.remove(key);
    }
    for (const { entry, ownId, bytes } of transaction.entries) {
      const { position, lane } = entry;
      void store.lanes[lane].entries.put(positionKey(position), bytes);
      // Each subscription event has its own topic. With an index, each connect would write a page for each matcher.
      for (const topic of lane === "subscriptions" ? [] : entry.topics) {
        void store.lanes[lane].topics.put(hashedKey(hashes.of(topic), position), NOTHING);
      }
      if (ownId !== undefined) void store.ids.put(hashedKey(hashOf(ownId), position), NOTHING);
    }
    writeReceipts(store, transaction);
    for (const { subscriber, record } of transaction.active) {
      const key = digestOf(subscriber);
      if (record === undefined) void store.active.remove(key);
      else void store.active.put(key, Buffer.from(record));
    }
    void store.meta.put(META.state, storeState(after), 1);
  });
  try {
    return await written;
  } catch (error) {
    throw await causeOf(error);
  }
}

function writeReceipts(store: Store, { receipts, after }: Transaction): void {
  let number = after.receipts.next - receipts.length;
  for (const { key, kept } of receipts) {
    void store.receipts.put(key, storeReceipt({ ...kept, number }));
    void store.receiptOrder.put(positionKey(number), key);
    number += 1;
  }
}

/** Returns the storage's own error. lmdb rejects with an error that has it in a promise. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && "commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
