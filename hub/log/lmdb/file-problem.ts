import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";
import { NO_PAGE, Pages } from "./file-pages.ts";

/**
 * The layout of LMDB's two root pages. The one with the newer transaction is valid. Offsets are from the start of the page, with 64-bit
 * pointers.
 */
const ROOT = {
  bytes: 168,
  magic: 24,
  version: 28,
  pageSize: 48,
  freePagesRoot: 88,
  mainEntries: 128,
  mainRoot: 136,
  lastPage: 144,
  transaction: 152,
} as const;
const MAGIC = 0xbeefc0de;
/** The version of the data format, as the package `lmdb` builds it. */
const VERSION = 2;
/** More tables than a log has. A file with more belongs to another program. */
const MOST_TABLES = 64;

/** A problem with a file. foreign: the file is not LMDB's, or has another version. damaged: pages are missing or overwritten. */
export interface FileProblem {
  readonly kind: "foreign" | "damaged";
  readonly why: string;
}

/**
 * Checks the file in a log's folder. This is needed because lmdb ends the whole process if the file is not LMDB's, or was cut off. Only
 * the root pages are read, unless the file is shorter than its last page. A missing or empty file is valid.
 */
export function fileProblem(folder: string): FileProblem | undefined {
  // These machines use another layout, so the file can't be checked here.
  if (endianness() !== "LE" || process.arch === "ia32" || process.arch === "arm") return undefined;
  const path = join(folder, "data.mdb");
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // The file does not exist or is not readable. lmdb reports this itself.
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size === 0) return undefined;
    return problemOf(file, stats.size);
  } finally {
    closeSync(file);
  }
}

function problemOf(file: number, size: number): FileProblem | undefined {
  const first = readRoot(file, 0);
  if (!first) return { kind: "foreign", why: "it is not LMDB's, or of another version" };
  const pageSize = first.readUInt32LE(ROOT.pageSize);
  const second = readRoot(file, pageSize);
  if (!second) return { kind: "damaged", why: "its second page is damaged or not there" };
  const transaction = (root: Buffer) => root.readBigUInt64LE(ROOT.transaction);
  const root = transaction(first) < transaction(second) ? second : first;
  const count = Math.floor(size / pageSize);
  try {
    checkPages(root, new Pages(file, pageSize, count), count);
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const why = `${error.message}; it has ${count} pages, of up to ${root.readBigUInt64LE(ROOT.lastPage) + 1n} that were used`;
    return { kind: "damaged", why };
  }
}

/**
 * Reads the pages of all trees.
 * @throws RangeError if a page is missing or damaged
 */
function checkPages(root: Buffer, pages: Pages, count: number): void {
  const free = root.readBigUInt64LE(ROOT.freePagesRoot);
  const main = root.readBigUInt64LE(ROOT.mainRoot);
  // Usually the missing pages are free pages that were never written. Only the trees show whether one is used.
  const isShort = root.readBigUInt64LE(ROOT.lastPage) >= BigInt(count);
  const check = (tree: bigint): void => {
    if (isShort) for (const _ of pages.values(tree));
    else pages.checkRoot(tree);
  };
  check(free);
  if (root.readBigUInt64LE(ROOT.mainEntries) > MOST_TABLES) check(main);
  else for (const { table } of pages.values(main)) check(table ?? NO_PAGE);
}

function readRoot(file: number, at: number): Buffer | undefined {
  const root = Buffer.alloc(ROOT.bytes);
  if (readSync(file, root, 0, ROOT.bytes, at) < ROOT.bytes) return undefined;
  const isRoot =
    root.readUInt32LE(ROOT.magic) === MAGIC &&
    (root.readUInt32LE(ROOT.version) & 0xffff) === VERSION &&
    root.readUInt32LE(ROOT.pageSize) >= 256;
  return isRoot ? root : undefined;
}
