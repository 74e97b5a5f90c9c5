import { type Ages, appendedAt } from "./ages.ts";
import { DIGEST_BYTES, digestOf } from "./digest.ts";
import { type Position, RECEIPTS, type Receipt, toPosition } from "./log.ts";

/** The kept data of a request: enough to recognise it, and to find the ids that the log made for it. */
export interface KeptReceipt {
  /** The digest of the body's hash. */
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The position of the first update. The others follow it. */
  readonly first: Position;
  readonly count: number;
}

/** Returns a digest of publisher and key. No two pairs have the same digest. */
export const receiptKey = ({ publisher, key }: Receipt): Buffer =>
  digestOf(`${publisher.length}:${publisher}${key}`);

/** Returns whether a request has the same body as the request of the kept receipt. */
export const isSameBody = (kept: KeptReceipt, { bodyHash }: Receipt): boolean =>
  kept.body.equals(digestOf(bodyHash));

export function isOverAge({ at, first, count }: KeptReceipt, ages: Ages): boolean {
  const newest = toPosition(first + count - 1);
  return ages.clock - appendedAt(ages, newest, at) > RECEIPTS.maxAgeMs;
}

// The format of a stored receipt: form (1 byte), the body's digest, time `at` (8), first position (8), count (4), number in the order (8).
const FORM = 2;
const AT = 1 + DIGEST_BYTES;
/** The size of a stored receipt in bytes. */
export const RECEIPT_BYTES = AT + 8 + 8 + 4 + 8;

/** A receipt as it is stored. */
export interface StoredReceipt extends KeptReceipt {
  /** The number of the receipt in the order. A repeated key whose receipt had expired gets a new number. */
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

/** Reads a stored receipt. A receipt of the log's format 1 is JSON. */
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

/** A new receipt of a commit. */
export interface NewReceipt {
  readonly key: Buffer;
  readonly kept: KeptReceipt;
}

/** The receipts of a log in memory. */
export class Receipts {
  readonly #most: number;
  /** Keyed by the digest of the receipt's key, as text. A Map keeps the order of insertion. */
  readonly #kept = new Map<string, KeptReceipt>();

  /** @param most the maximum number of receipts */
  constructor(most: number) {
    this.#most = most;
  }

  find(key: Buffer, ages: Ages): KeptReceipt | undefined {
    const kept = this.#kept.get(key.toString("latin1"));
    return kept && !isOverAge(kept, ages) ? kept : undefined;
  }

  /** Adds new receipts, and removes those that are too old or too many. */
  add(receipts: Iterable<NewReceipt>, ages: Ages): void {
    for (const { key, kept } of receipts) {
      const text = key.toString("latin1");
      // A receipt over its age frees its key. Deleting it first also moves the key to the end of the order.
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
