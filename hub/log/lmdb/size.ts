import { RECEIPT_BYTES } from "../receipts.ts";

/** LMDB's pages, as the package `lmdb` makes them. */
const PAGE = 4_096;
const PAGE_HEADER = 24;
const NODE_HEADER = 8;
/** Of a node's place in its page. */
const POINTER = 2;
/** A larger node's value lies on pages of its own. */
const MAX_NODE = 2_034;
const PAGE_NUMBER = 8;
/** How full pages are whose rows come and go in no order, once all of them have been replaced: measured. */
const FILL = 0.57;

/** Bytes of the key of an entry: its position. */
const POSITION_KEY = 8;
/** Bytes of the key of a topic's or an own id's row: its hash, and the position. */
const HASHED_KEY = 24;
/** Bytes of the key of a receipt: its digest. */
const DIGEST_KEY = 32;

const onPage = (key: number, value: number): number => {
  const node = NODE_HEADER + key + value;
  return node + (node % 2) + POINTER;
};

/** Returns the bytes of a row behind all others. LMDB splits a full page so that its last row goes to the new page too. */
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

/** How many pages of an index may be emptier than `FILL`: a small index has few rows on its pages. */
const EMPTIER_PAGES = 16;

/** Returns how many bytes an index takes beyond those of its rows: they went, and left pages that are nearly empty. */
export const surplusOf = ({ pages, rows }: { pages: number; rows: number }): number =>
  Math.max(0, (pages - EMPTIER_PAGES) * PAGE - rows * HASHED_ROW);

/** The bytes that a receipt takes in the file. */
export const RECEIPT_SIZE =
  scatteredRow(DIGEST_KEY, RECEIPT_BYTES) + appendedRow(POSITION_KEY, DIGEST_KEY);

/** The parts of an entry that take room in the file. */
export interface Sized {
  /** Bytes of the stored entry. */
  readonly stored: number;
  /** Of topics and own ids. */
  readonly rows: number;
}

/** Returns how many bytes an entry takes in the file, with its rows in the indexes. */
export const sizeOf = ({ stored, rows }: Sized): number =>
  appendedRow(POSITION_KEY, stored) + rows * HASHED_ROW;

/** Returns how many bytes of pages a commit writes for an entry at most: LMDB copies each page of an index that it changes. */
export function copiesOf({ stored, rows }: Sized): number {
  const pages = stored > MAX_NODE ? Math.ceil((PAGE_HEADER + stored) / PAGE) : 0;
  // Small entries come one after the other, and share their pages.
  return PAGE * (rows + pages) + (pages > 0 ? 0 : stored);
}

const MIB = 1024 * 1024;

/** Returns how many bytes of a file are left free for the copies of pages: LMDB can't use a page again at once that it has replaced. */
export const reserveOf = (maxBytes: number): number => Math.min(maxBytes / 4, 24 * MIB);
