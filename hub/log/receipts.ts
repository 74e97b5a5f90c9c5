import type { EventIds } from "../event-id.ts";
import type { Update } from "../update.ts";
import { type Position, RECEIPTS, type Receipt } from "./types.ts";

/** A receipt and what its request had for an answer, in short: the ids that the log made follow from their positions. */
export interface KeptReceipt {
  readonly bodyHash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The first update's position; the others follow it. */
  readonly first: Position;
  readonly count: number;
  /** The publisher's ids, null where it gave none; undefined: it gave none at all. */
  readonly ownIds?: readonly (string | null)[];
}

/** One text for publisher and key; no two pairs have the same. */
export const receiptKey = ({ publisher, key }: Receipt): string =>
  `${publisher.length}:${publisher}${key}`;

export function keepReceipt(
  { bodyHash }: Receipt,
  first: Position,
  updates: readonly Update[],
  at: number,
): KeptReceipt {
  const kept = { bodyHash, at, first, count: updates.length };
  return updates.some(({ id }) => id !== undefined)
    ? { ...kept, ownIds: updates.map(({ id }) => id ?? null) }
    : kept;
}

export function receiptIds({ first, count, ownIds }: KeptReceipt, ids: EventIds): string[] {
  return ids.idsFrom(first, count).map((made, index) => ownIds?.[index] ?? made);
}

export const isOverAge = ({ at }: { readonly at: number }, now: number): boolean =>
  now - at > RECEIPTS.maxAgeMs;

/** The receipts of a log in memory. */
export class Receipts {
  /** In the order in which they came: a Map keeps it. */
  readonly #kept = new Map<string, KeptReceipt>();

  /** @param now milliseconds since 1970 */
  find(receipt: Receipt, now: number): KeptReceipt | undefined {
    const kept = this.#kept.get(receiptKey(receipt));
    return kept && !isOverAge(kept, now) ? kept : undefined;
  }

  /** Takes new ones, and lets go of what is too old or too many. */
  add(receipts: ReadonlyMap<string, KeptReceipt>, now: number): void {
    for (const [key, receipt] of receipts) {
      // One that is over its age gives its key free, and its place in the order too.
      this.#kept.delete(key);
      this.#kept.set(key, receipt);
    }
    this.trim(now);
  }

  trim(now: number): void {
    for (const [key, receipt] of this.#kept) {
      if (this.#kept.size <= RECEIPTS.most && !isOverAge(receipt, now)) return;
      this.#kept.delete(key);
    }
  }
}
