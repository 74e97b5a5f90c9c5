import type { Database, RootDatabase } from "lmdb";
import { digestOf } from "../digest.ts";
import type { Lane, Position } from "../log.ts";

/** Grows with every change of how a log lies in its file. */
export const FORMAT = 2;
/** Whose bytes are those of frames alone, and whose receipts are JSON; see convert.ts. */
export const FORMAT_OF_FRAMES = 1;

/** Buffers in and out. What a read gives MAY be overwritten by the next read: decode it, or copy it, at once. */
export type Table = Database<Buffer, Buffer>;

export interface LaneTables {
  /** By position, the stored entry. */
  readonly entries: Table;
  /** By topic and position: nothing. Of updates alone; an earlier version had one of subscription events too. */
  readonly topics: Table;
}

/** The tables of one file. */
export interface Store {
  readonly folder: string;
  /** The key of the log's ids. */
  readonly idKey: Buffer;
  /** Whether the files are still where they were opened: written to after somebody removed them, they would be gone with the process. */
  isInPlace(): boolean;
  readonly root: RootDatabase<Buffer, Buffer>;
  /** What the log is, who owns it, and its state after the last commit. Versioned: the owner's version is its token. */
  readonly meta: Table;
  readonly lanes: Readonly<Record<Lane, LaneTables>>;
  /** By publishers' ids and position: nothing. */
  readonly ids: Table;
  /** By `digestOf` the receipt's key. */
  readonly receipts: Table;
  /** By a number that grows: the receipt's key in `receipts`. */
  readonly receiptOrder: Table;
  /** By `digestOf` the subscriber: its record. */
  readonly active: Table;
}

/** Read and written by their owner alone. */
export const FILE_MODE = 0o600;

/** Beside LMDB's own files. */
export const HEARTBEAT_FILE = "owner";

export const META = {
  log: Buffer.from("log"),
  owner: Buffer.from("owner"),
  state: Buffer.from("state"),
} as const;

/** A value where the key says it all. */
export const NOTHING = Buffer.alloc(0);

const POSITION_BYTES = 8;
const HASH_BYTES = 16;

export function positionKey(position: number): Buffer {
  const key = Buffer.alloc(POSITION_BYTES);
  key.writeUIntBE(position, 2, 6);
  return key;
}

/** The position at a key's end. */
export const positionIn = (key: Buffer): number => key.readUIntBE(key.length - 6, 6);

/** A long text's stand-in in a key; two texts with the same one are told apart by their entries. */
export const hashOf = (text: string): Buffer => digestOf(text).subarray(0, HASH_BYTES);

export function hashedKey(hash: Buffer, position: number): Buffer {
  const key = Buffer.alloc(HASH_BYTES + POSITION_BYTES);
  key.set(hash);
  key.writeUIntBE(position, HASH_BYTES + 2, 6);
  return key;
}

/** How many characters of topics have their hashes kept, and how many topics. */
const KEPT_HASHES = { characters: 1024 * 1024, topics: 10_000 } as const;

/** The hashes of topics used lately: most are used again. */
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

/** Returns how many pages a table has, and how many rows. */
export function tableSize(table: Table): { pages: number; rows: number } {
  const stats = table.getStats();
  const count = (name: string): number => {
    const value: unknown = Reflect.get(stats, name);
    return typeof value === "number" ? value : 0;
  };
  const pages = count("treeLeafPageCount") + count("treeBranchPageCount");
  return { pages, rows: count("entryCount") };
}

/** The positions of a range of keys that end in one, oldest first. */
export function* positionsBetween(
  table: Table,
  start: Buffer,
  end: Buffer,
): Generator<number, void, void> {
  for (const key of table.getKeys({ start, end })) yield positionIn(key);
}

/** The same backwards: newest first, from `start` and with it, to before `end`. */
export function* positionsDown(
  table: Table,
  start: Buffer,
  end: Buffer,
): Generator<number, void, void> {
  for (const key of table.getKeys({ start, end, reverse: true })) yield positionIn(key);
}

/** Where a range ends that goes to a position and with it. */
export const beyond = (position: Position): number => position + 1;
