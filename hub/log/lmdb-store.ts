import { createHash } from "node:crypto";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Database, open, type RootDatabase } from "lmdb";
import { HubError } from "../errors.ts";
import { fileProblem } from "./lmdb-file.ts";
import type { Lane, Position } from "./types.ts";

/** Grows with every change of how a log lies in its file. */
const FORMAT = 1;

/** Buffers in and out. What a read gives MAY be overwritten by the next read: decode it, or copy it, at once. */
export type Table = Database<Buffer, Buffer>;

export interface LaneTables {
  /** By position, the stored entry. */
  readonly entries: Table;
  /** By topic and position: nothing. */
  readonly topics: Table;
}

/** The tables of one file. */
export interface Store {
  readonly folder: string;
  /** Whether the file is still where it was opened: written to after somebody removed it, it would be gone with the process. */
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
  /** By `digestOf` the topic: the subscription event. */
  readonly active: Table;
}

export const META = {
  log: Buffer.from("log"),
  owner: Buffer.from("owner"),
  state: Buffer.from("state"),
} as const;

/** A value where the key says it all. */
export const NOTHING = Buffer.alloc(0);

/** What reads give is decoded at once, so it is not copied first. */
const asIs = {
  encode: (value: Buffer) => value,
  // lmdb sets the length of its one buffer, but what that holds goes on: cut it off.
  decode: (bytes: Buffer) => bytes.subarray(0, bytes.length),
};

/**
 * Opens the file, or makes it.
 * @throws HubError `log:unavailable` naming the folder
 */
export function openStore(folder: string): Store {
  const problem = fileProblem(folder);
  if (problem) throw notALog(folder, `data.mdb can't be read: ${problem}`);
  let root: RootDatabase<Buffer, Buffer>;
  try {
    // Updates may be private: the folder is for its owner alone.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    root = open<Buffer, Buffer>({
      path: folder,
      // A name with a dot in it would be taken for a file's.
      noSubdir: false,
      maxDbs: 16,
      // An acknowledged update is on disk. Without `overlappingSync`, LMDB's commit writes the pages, waits for fdatasync, writes its root
      // through a descriptor opened with O_DSYNC, and only then is the promise resolved.
      overlappingSync: false,
      // A commit starts when it is made, and not a turn of the event loop later: what waits was already gathered.
      eventTurnBatching: false,
      compression: false,
      encoding: "binary",
      keyEncoding: "binary",
    });
  } catch (cause) {
    throw cantOpen(folder, cause);
  }
  try {
    refuseForeign(root, folder);
    const settings = { keyEncoding: "binary", encoding: "binary", encoder: asIs } as const;
    const table = (name: string, useVersions = false): Table =>
      root.openDB({ name, useVersions, ...settings });
    const lane = (name: Lane): LaneTables => ({
      entries: table(name),
      topics: table(`topics of ${name}`),
    });
    const inode = inodeIn(folder);
    return {
      folder,
      isInPlace: () => inodeIn(folder) === inode,
      root,
      meta: table("meta", true),
      lanes: { updates: lane("updates"), subscriptions: lane("subscriptions") },
      ids: table("ids"),
      receipts: table("receipts"),
      receiptOrder: table("order of receipts"),
      active: table("active subscriptions"),
    };
  } catch (cause) {
    void root.close();
    throw cause instanceof HubError ? cause : cantOpen(folder, cause);
  }
}

const inodeIn = (folder: string): bigint | undefined =>
  statSync(join(folder, "data.mdb"), { bigint: true, throwIfNoEntry: false })?.ino;

/** What the log is: its format, and the key of its ids. */
export interface LogRecord {
  readonly format: number;
  /** Base64. */
  readonly idKey: string;
}

/** MUST be called in a write transaction, so that of two processes one makes it. */
export function readOrMakeRecord({ meta, folder }: Store, makeKey: () => Buffer): Buffer {
  const found = meta.get(META.log);
  if (found) {
    const { format, idKey }: LogRecord = JSON.parse(found.toString());
    if (format === FORMAT) return Buffer.from(idKey, "base64");
    const message = `The history in ${folder} has format ${format}, but this version of Runnel reads format ${FORMAT}: run the version that wrote it, or move the folder away.`;
    throw new HubError("log:unavailable", message);
  }
  const key = makeKey();
  const record: LogRecord = { format: FORMAT, idKey: key.toString("base64") };
  meta.putSync(META.log, Buffer.from(JSON.stringify(record)), 1);
  return key;
}

/** Another program's LMDB file is not ours to write to. */
function refuseForeign(root: RootDatabase<Buffer, Buffer>, folder: string): void {
  const names = [...root.getKeys()].map((key) => key.toString());
  if (names.length === 0 || names.some((name) => name.startsWith("meta"))) return;
  throw notALog(folder, "data.mdb is another program's");
}

const notALog = (folder: string, why: string): HubError =>
  new HubError(
    "log:unavailable",
    `${folder} holds no history of Runnel's (${why}): move it away, or give the history a folder of its own.`,
  );

function cantOpen(folder: string, cause: unknown): HubError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The history can't be kept in ${folder} (${why}): it must be a folder that this process may write to, on a disk with room, that holds nothing but the history.`;
  return new HubError("log:unavailable", message, cause);
}

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

/** A text's stand-in in a key, without a second one that has the same: SHA-256. */
export const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

export function hashedKey(hash: Buffer, position: number): Buffer {
  const key = Buffer.alloc(HASH_BYTES + POSITION_BYTES);
  key.set(hash);
  key.writeUIntBE(position, HASH_BYTES + 2, 6);
  return key;
}

/** The hashes of topics used lately: most are used again. */
export class TopicHashes {
  readonly #hashes = new Map<string, Buffer>();

  of(topic: string): Buffer {
    const known = this.#hashes.get(topic);
    if (known) return known;
    const hash = Buffer.from(hashOf(topic));
    if (this.#hashes.size >= 10_000) this.#hashes.clear();
    this.#hashes.set(topic, hash);
    return hash;
  }
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
