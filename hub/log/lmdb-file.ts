import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";

/** LMDB's two roots, of which the one with the newer transaction counts. Offsets from their pages' starts, with 64-bit pointers. */
const ROOT = {
  bytes: 168,
  magic: 24,
  version: 28,
  pageSize: 48,
  freePagesRoot: 88,
  mainRoot: 136,
  transaction: 152,
} as const;
const MAGIC = 0xbeefc0de;
/** Of the data, as the package `lmdb` builds it. */
const VERSION = 2;
const NO_PAGE = 2n ** 64n - 1n;

/**
 * Says what is wrong with the file in a log's folder: lmdb itself ends the whole process at one that is not LMDB's, or was cut off.
 * Only roots are looked at, so it takes no time whatever the file's size. A file that is not there, or empty, is fine.
 */
export function fileProblem(folder: string): string | undefined {
  // Another layout; then lmdb has to see for itself.
  if (endianness() !== "LE" || process.arch === "ia32" || process.arch === "arm") return undefined;
  const path = join(folder, "data.mdb");
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // Not there, or not ours to read, which lmdb says.
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size === 0) return undefined;
    const first = readRoot(file, 0);
    if (!first) return "it is not LMDB's, or of another version";
    const pageSize = first.readUInt32LE(ROOT.pageSize);
    const second = readRoot(file, pageSize);
    if (!second) return "it is damaged, or was cut off";
    const isSecond =
      first.readBigUInt64LE(ROOT.transaction) < second.readBigUInt64LE(ROOT.transaction);
    const root = isSecond ? second : first;
    const pages = BigInt(Math.floor(stats.size / pageSize));
    const isCutOff = [ROOT.freePagesRoot, ROOT.mainRoot]
      .map((offset) => root.readBigUInt64LE(offset))
      .some((page) => page !== NO_PAGE && page >= pages);
    return isCutOff ? "it was cut off" : undefined;
  } finally {
    closeSync(file);
  }
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
