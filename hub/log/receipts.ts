import { type Ages, appendedAt } from "./ages.ts";
import { DIGEST_BYTES, digestOf } from "./digest.ts";
import { type Position, RECEIPTS, type Receipt, toPosition } from "./log.ts";

/** What is kept of a request: enough to know it again, and to find the ids that the log made for it. */
export interface KeptReceipt {
  /** The digest of the body's hash. */
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The first update's position; the others follow it. */
  readonly first: Position;
  readonly count: number;
}

/** Returns a digest of publisher and key; no two pairs have the same. */
export const receiptKey = ({ publisher, key }: Receipt): Buffer =>
  digestOf(`${publisher.length}:${publisher}${key}`);

/** Returns whether the request with this receipt has the same body as the one that the kept receipt is of. */
export const isSameBody = (kept: KeptReceipt, { bodyHash }: Receipt): boolean =>
  kept.body.equals(digestOf(bodyHash));

export function isOverAge({ at, first, count }: KeptReceipt, ages: Ages): boolean {
  const newest = toPosition(first + count - 1);
  return ages.clock - appendedAt(ages, newest, at) > RECEIPTS.maxAgeMs;
}

// A stored receipt: its form (1 byte), the body's digest, at (8), first (8), count (4), and its number in the order (8).
const FORM = 2;
const AT = 1 + DIGEST_BYTES;
/** Bytes of a stored receipt. */
export const RECEIPT_BYTES = AT + 8 + 8 + 4 + 8;

/** A receipt as it is stored. */
export interface StoredReceipt extends KeptReceipt {
  /** Its place in the order; one that came again has a newer one. */
  readonly number: number;
}

export function storeReceipt({ body, at, first, count, number }: StoredReceipt): Buffer {
  const bytes = Buffer.alloc(RECEIPT_BYTES);
  bytes[0] = FORM;
  bytes.set(body, 1);
  bytes.writeDoubleBE(at, AT);
  bytes.writeDoubleBE(first, AT + 8);
  bytes.writeUInt32BE(count, AT + 16);
  bytes.writeDoubleBE(number, AT + 20);
  return bytes;
}

/** Reads a stored receipt. One of the log's format 1 is JSON. */
export function readReceipt(bytes: Buffer): StoredReceipt {
  if (bytes[0] !== FORM) {
    const { bodyHash, at, first, count, number } = JSON.parse(bytes.toString());
    return { body: digestOf(bodyHash), at, first, count, number };
  }
  return {
    body: Buffer.from(bytes.subarray(1, AT)),
    at: bytes.readDoubleBE(AT),
    first: toPosition(bytes.readDoubleBE(AT + 8)),
    count: bytes.readUInt32BE(AT + 16),
    number: bytes.readDoubleBE(AT + 20),
  };
}

/** A receipt that a commit brings. */
export interface NewReceipt {
  readonly key: Buffer;
  readonly kept: KeptReceipt;
}

/** The receipts of a log in memory. */
export class Receipts {
  readonly #most: number;
  /** By their keys' digests as text, in the order in which they came: a Map keeps it. */
  readonly #kept = new Map<string, KeptReceipt>();

  /** @param most how many are kept */
  constructor(most: number) {
    this.#most = most;
  }

  find(key: Buffer, ages: Ages): KeptReceipt | undefined {
    const kept = this.#kept.get(key.toString("latin1"));
    return kept && !isOverAge(kept, ages) ? kept : undefined;
  }

  /** Adds new ones, and removes those that are too old or too many. */
  add(receipts: Iterable<NewReceipt>, ages: Ages): void {
    for (const { key, kept } of receipts) {
      const text = key.toString("latin1");
      // One that is over its age gives its key free, and its place in the order too.
      this.#kept.delete(text);
      this.#kept.set(text, kept);
    }
    this.trim(ages);
  }

  trim(ages: Ages): void {
    for (const [key, receipt] of this.#kept) {
      if (this.#kept.size <= this.#most && !isOverAge(receipt, ages)) return;
      this.#kept.delete(key);
    }
  }
}
