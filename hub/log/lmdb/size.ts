import { RECEIPT_BYTES } from "../receipts.ts";

/** The size of LMDB's pages, as the package `lmdb` sets it. */
const PAGE = 4_096;
const PAGE_HEADER = 24;
const NODE_HEADER = 8;
/** The bytes of the pointer to a node in its page. */
const POINTER = 2;
/** A node larger than this has its value on separate pages. */
const MAX_NODE = 2_034;
const PAGE_NUMBER = 8;
/** The measured fill of pages whose rows were added and removed in random order, after all rows were replaced. */
const FILL = 0.57;

/** The bytes of an entry's key: its position. */
const POSITION_KEY = 8;
/** The bytes of the key of a topic's or own id's row: the hash and the position. */
const HASHED_KEY = 24;
/** The bytes of a receipt's key: its digest. */
const DIGEST_KEY = 32;

const onPage = (key: number, value: number): number => {
  const node = NODE_HEADER + key + value;
  return node + (node % 2) + POINTER;
};

/** Returns the bytes of a row after all others. LMDB splits a full page so that its last row moves to the new page too. */
function appendedRow(key: number, value: number): number {
  if (NODE_HEADER + key + value > MAX_NODE) {
    const pages = Math.ceil((PAGE_HEADER + value) / PAGE);
    return pages * PAGE + appendedRow(key, PAGE_NUMBER);
  }
  const perPage = Math.floor((PAGE - PAGE_HEADER) / onPage(key, value)) - 1;
  return Math.ceil(PAGE / Math.max(1, perPage));
}

const scatteredRow = (key: number, value: number): number => Math.ceil(onPage(key, value) / FILL);

const HASHED_ROW = scatteredRow(HASHED_KEY, 0);

/** The number of pages in an index that may be emptier than `FILL`. The pages of a small index have few rows. */
const EMPTIER_PAGES = 16;

/** Returns the bytes that an index takes beyond the size of its rows. Removed rows can leave nearly empty pages. */
export const surplusOf = ({ pages, rows }: { pages: number; rows: number }): number =>
  Math.max(0, (pages - EMPTIER_PAGES) * PAGE - rows * HASHED_ROW);

/** The bytes that a receipt takes in the file. */
export const RECEIPT_SIZE =
  scatteredRow(DIGEST_KEY, RECEIPT_BYTES) + appendedRow(POSITION_KEY, DIGEST_KEY);

/** The parts of an entry that take room in the file. */
export interface Sized {
  /** The bytes of the stored entry. */
  readonly stored: number;
  /** The number of rows for topics and own ids. */
  readonly rows: number;
}

/** Returns the bytes that an entry takes in the file, with its rows in the indexes. */
export const sizeOf = ({ stored, rows }: Sized): number =>
  appendedRow(POSITION_KEY, stored) + rows * HASHED_ROW;

/** Returns the most bytes of pages that a commit writes for an entry. LMDB copies each index page that it changes. */
export function copiesOf({ stored, rows }: Sized): number {
  const pages = stored > MAX_NODE ? Math.ceil((PAGE_HEADER + stored) / PAGE) : 0;
  // Small entries are written one after the other, and share their pages.
  return PAGE * (rows + pages) + (pages > 0 ? 0 : stored);
}

const MIB = 1024 * 1024;

/** Returns the bytes of a file that stay free for copies of pages. LMDB can't reuse a replaced page at once. */
export const reserveOf = (maxBytes: number): number => Math.min(maxBytes / 4, 24 * MIB);
