import type { Database, RootDatabase } from "lmdb";
import { digestOf } from "../digest.ts";
import type { Lane, Position } from "../log.ts";

/** The version of the file's format. It grows with every change of the format. */
export const FORMAT = 2;
/** The earlier format: its counts of bytes have frames only, and its receipts are JSON; see convert.ts. */
export const FORMAT_OF_FRAMES = 1;

/** A table with buffers as keys and values. The next read MAY overwrite the result of a read: decode or copy it at once. */
export type Table = Database<Buffer, Buffer>;

export interface LaneTables {
  /** Stored entries by position. */
  readonly entries: Table;
  /** Keys of topic and position, with empty values. Only updates are indexed. An earlier version also indexed subscription events. */
  readonly topics: Table;
}

/** The tables of one file. */
export interface Store {
  readonly folder: string;
  /** The key of the log's ids. */
  readonly idKey: Buffer;
  /** Returns whether the files are still where they were opened. Data written to removed files would be lost when the process ends. */
  isInPlace(): boolean;
  readonly root: RootDatabase<Buffer, Buffer>;
  /**
   * The log's record, its owner, and its state after the last commit. The values have versions: the version of the owner's record is the
   * token.
   */
  readonly meta: Table;
  readonly lanes: Readonly<Record<Lane, LaneTables>>;
  /** Keys of publishers' ids and position, with empty values. */
  readonly ids: Table;
  /** Receipts, by `digestOf` the receipt's key. */
  readonly receipts: Table;
  /** Keys of `receipts`, by a growing number. */
  readonly receiptOrder: Table;
  /** Records of active subscribers, by `digestOf` the subscriber. */
  readonly active: Table;
}

/** Read and write access for the owner only. */
export const FILE_MODE = 0o600;

/** The heartbeat file, beside LMDB's own files. */
export const HEARTBEAT_FILE = "owner";

export const META = {
  log: Buffer.from("log"),
  owner: Buffer.from("owner"),
  state: Buffer.from("state"),
} as const;

/** The empty value of a row whose key has all its data. */
export const NOTHING = Buffer.alloc(0);

const POSITION_BYTES = 8;
const HASH_BYTES = 16;

export function positionKey(position: number): Buffer {
  const key = Buffer.alloc(POSITION_BYTES);
  key.writeUIntBE(position, 2, 6);
  return key;
}

/** Returns the position at the end of a key. */
export const positionIn = (key: Buffer): number => key.readUIntBE(key.length - 6, 6);

/** Returns a hash that replaces a long text in a key. Texts with equal hashes are told apart by their entries. */
export const hashOf = (text: string): Buffer => digestOf(text).subarray(0, HASH_BYTES);

export function hashedKey(hash: Buffer, position: number): Buffer {
  const key = Buffer.alloc(HASH_BYTES + POSITION_BYTES);
  key.set(hash);
  key.writeUIntBE(position, HASH_BYTES + 2, 6);
  return key;
}

/** The bounds of the cache of hashes: the total characters of its topics, and the number of topics. */
const KEPT_HASHES = { characters: 1024 * 1024, topics: 10_000 } as const;

/** A cache of the hashes of recent topics. Most topics are used again. */
export class TopicHashes {
  readonly #hashes = new Map<string, Buffer>();
  #characters = 0;

  of(topic: string): Buffer {
    const known = this.#hashes.get(topic);
    if (known) return known;
    const hash = Buffer.from(hashOf(topic));
    const { topics, characters } = KEPT_HASHES;
    if (this.#hashes.size >= topics || this.#characters + topic.length > characters) {
      this.#hashes.clear();
      this.#characters = 0;
    }
    this.#hashes.set(topic, hash);
    this.#characters += topic.length;
    return hash;
  }
}

/** Returns the number of pages and the number of rows of a table. */
export function tableSize(table: Table): { pages: number; rows: number } {
  const stats = table.getStats();
  const count = (name: string): number => {
    const value: unknown = Reflect.get(stats, name);
    return typeof value === "number" ? value : 0;
  };
  const pages = count("treeLeafPageCount") + count("treeBranchPageCount");
  return { pages, rows: count("entryCount") };
}

/** Iterates the positions in a range of keys that end with a position, the oldest first. */
export function* positionsBetween(
  table: Table,
  start: Buffer,
  end: Buffer,
): Generator<number, void, void> {
  for (const key of table.getKeys({ start, end })) yield positionIn(key);
}

/** Iterates the positions of such a range backwards, the newest first: from `start` (inclusive) to `end` (exclusive). */
export function* positionsDown(
  table: Table,
  start: Buffer,
  end: Buffer,
): Generator<number, void, void> {
  for (const key of table.getKeys({ start, end, reverse: true })) yield positionIn(key);
}

/** Returns the exclusive end of a range that includes a position. */
export const beyond = (position: Position): number => position + 1;
