import { readSync } from "node:fs";

/** LMDB's page header, of which these are the offsets that are read here; all numbers are little endian. */
const PAGE = { number: 0, flags: 18, freeFrom: 20, headerBytes: 24 } as const;
const BRANCH = 0x01;
const LEAF = 0x02;
/** A node of a page: 32 bits of its data's length (in a branch 48 of its child's number), flags, the key's length, key, data. */
const NODE = { flags: 4, keyBytes: 6, headerBytes: 8 } as const;
const OVERFLOWS = 0x01;
const IS_TABLE = 0x02;
/** Where a tree's record has its root. */
const TREE_ROOT = 40;
/** More levels than any tree has. */
const MAX_DEPTH = 32;

/** The root of a tree without entries. */
export const NO_PAGE = 2n ** 64n - 1n;

/** A value in a tree. */
interface Value {
  /** It is a table, and this is the table's root. */
  readonly table?: bigint;
}

/**
 * Reads an LMDB file's pages by their numbers. LMDB itself maps the file into memory, and the process dies where a page is not there.
 * All functions here throw a RangeError at a page that is missing or damaged.
 */
export class Pages {
  readonly #file: number;
  readonly #pageSize: number;
  readonly #count: number;

  /** @param count how many whole pages the file has */
  constructor(file: number, pageSize: number, count: number) {
    this.#file = file;
    this.#pageSize = pageSize;
    this.#count = count;
  }

  /** Reads a tree's root page, and nothing below it. */
  checkRoot(root: bigint): void {
    if (root !== NO_PAGE) this.#read(root);
  }

  /** Reads all pages of a tree. Values that lie outside it MUST be there, but are not read. */
  *values(root: bigint, depth = 0): Generator<Value, void, void> {
    if (root === NO_PAGE) return;
    if (depth > MAX_DEPTH) throw new RangeError(`page ${root} is too deep in its tree`);
    const page = this.#read(root);
    const isBranch = (page.readUInt16LE(PAGE.flags) & BRANCH) !== 0;
    const nodes = page.readUInt16LE(PAGE.freeFrom) / 2;
    for (let index = 0; index < nodes; index += 1) {
      const at = page.readUInt16LE(PAGE.headerBytes + 2 * index) + PAGE.headerBytes;
      if (isBranch) yield* this.values(BigInt(page.readUIntLE(at, 6)), depth + 1);
      else yield this.#value(page, at);
    }
  }

  #value(page: Buffer, at: number): Value {
    const flags = page.readUInt16LE(at + NODE.flags);
    const data = at + NODE.headerBytes + page.readUInt16LE(at + NODE.keyBytes);
    if (flags === IS_TABLE) return { table: page.readBigUInt64LE(data + TREE_ROOT) };
    if ((flags & OVERFLOWS) !== 0) {
      // The number of its first page, the transaction, and how many pages there are.
      const end = page.readBigUInt64LE(data) + page.readBigUInt64LE(data + 16);
      if (end > BigInt(this.#count)) throw new RangeError(`page ${end - 1n} is not there`);
    }
    return {};
  }

  #read(number: bigint): Buffer {
    if (number >= BigInt(this.#count)) throw new RangeError(`page ${number} is not there`);
    const page = Buffer.alloc(this.#pageSize);
    const at = Number(number) * this.#pageSize;
    const isWhole = readSync(this.#file, page, 0, this.#pageSize, at) === this.#pageSize;
    const kind = page.readUInt16LE(PAGE.flags) & (BRANCH | LEAF);
    const isOfTree = kind === BRANCH || kind === LEAF;
    if (!isWhole || !isOfTree || page.readBigUInt64LE(PAGE.number) !== number) {
      throw new RangeError(`page ${number} is damaged`);
    }
    return page;
  }
}
