import { readSync } from "node:fs";

/** Offsets in LMDB's page header, limited to the fields that are read here. All numbers are little-endian. */
const PAGE = { number: 0, flags: 18, freeFrom: 20, headerBytes: 24 } as const;
const BRANCH = 0x01;
const LEAF = 0x02;
/**
 * The layout of a node in a page: 32 bits of its data's length (in a branch page 48 bits of its child's number), flags, the key's length,
 * key, data.
 */
const NODE = { flags: 4, keyBytes: 6, headerBytes: 8 } as const;
const OVERFLOWS = 0x01;
const IS_TABLE = 0x02;
/** The offset of the root in the record of a tree. */
const TREE_ROOT = 40;
/** More levels than any tree has. */
const MAX_DEPTH = 32;

/** The root of an empty tree. */
export const NO_PAGE = 2n ** 64n - 1n;

/** A value in a tree. */
interface Value {
  /** The root of a table, if the value is a table. */
  readonly table?: bigint;
}

/**
 * Reads the pages of an LMDB file by number. LMDB itself maps the file into memory, and its process dies at a missing page.
 * All methods throw a RangeError if a page is missing or damaged.
 */
export class Pages {
  readonly #file: number;
  readonly #pageSize: number;
  readonly #count: number;

  /** @param count the number of whole pages in the file */
  constructor(file: number, pageSize: number, count: number) {
    this.#file = file;
    this.#pageSize = pageSize;
    this.#count = count;
  }

  /** Reads the root page of a tree, and nothing below it. */
  checkRoot(root: bigint): void {
    if (root !== NO_PAGE) this.#read(root);
  }

  /** Reads all pages of a tree. Values outside the tree's pages MUST exist, but are not read. */
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
      // The value has the number of its first page, the transaction, and the number of pages.
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
