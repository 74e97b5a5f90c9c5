import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { HubError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Lane } from "../log.ts";
import { type FileProblem, fileProblem } from "./file-problem.ts";
import {
  FILE_MODE,
  FORMAT,
  FORMAT_OF_FRAMES,
  HEARTBEAT_FILE,
  type LaneTables,
  META,
  type Store,
  type Table,
} from "./tables.ts";

/** Passes buffers through without a copy, because the results of reads are decoded at once. */
const asIs = {
  encode: (value: Buffer) => value,
  // lmdb sets the length of its one buffer, but the underlying data is longer: cut it off.
  decode: (bytes: Buffer) => bytes.subarray(0, bytes.length),
};

const TABLE = { keyEncoding: "binary", encoding: "binary", encoder: asIs } as const;

/** LMDB's file names. */
const FILES = ["data.mdb", "lock.mdb"] as const;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Opens the file, or creates it with the log's record in it.
 * @param makeKey makes the key for the ids of a new log
 * @param logger receives a line if other users may write to the folder
 * @throws HubError `log:unavailable` naming the folder
 */
export function openStore(
  folder: string,
  makeKey: () => Buffer,
  logger?: Pick<Logger, "warn">,
): Store {
  let root: RootDatabase<Buffer, Buffer> | undefined;
  try {
    const problem = fileProblem(folder);
    if (problem) throw unreadable(folder, problem);
    // Updates may be private, so only the owner can access the folder and the files.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    root = openRoot(folder);
    if (isForeign(root)) throw notALog(folder, "data.mdb is another program's");
    keepPrivate(folder, logger);
    return storeIn(root, folder, makeKey);
  } catch (cause) {
    void root?.close();
    throw cause instanceof HubError ? cause : cantOpen(folder, cause);
  }
}

function openRoot(folder: string): RootDatabase<Buffer, Buffer> {
  const settings = {
    path: folder,
    // Otherwise lmdb would treat a folder name with a dot as a file name.
    noSubdir: false,
    maxDbs: 16,
    // An acknowledged update is on disk. Without `overlappingSync`, LMDB's commit writes the pages and waits for fdatasync. Then it writes
    // its root through a descriptor opened with O_DSYNC. Only after that does the promise resolve.
    overlappingSync: false,
    // A commit starts at the call, not a turn of the event loop later. The log has gathered the waiting appends already.
    eventTurnBatching: false,
    compression: false,
    encoding: "binary",
    keyEncoding: "binary",
    // The mode of new files. lmdb's types do not have this option.
    permissionsMode: FILE_MODE,
  } as const;
  return open<Buffer, Buffer>(settings);
}

function storeIn(root: RootDatabase<Buffer, Buffer>, folder: string, makeKey: () => Buffer): Store {
  const table = (name: string, useVersions = false): Table =>
    root.openDB({ name, useVersions, ...TABLE });
  const lane = (name: Lane): LaneTables => ({
    entries: table(name),
    topics: table(`topics of ${name}`),
  });
  // One transaction makes the table and the record. If two processes start, only one makes them, and no file has tables without the
  // record.
  const { meta, idKey } = root.transactionSync(() => {
    const made = table("meta", true);
    return { meta: made, idKey: readOrMakeRecord(made, folder, makeKey) };
  });
  const inodes = inodesIn(folder);
  return {
    folder,
    idKey,
    isInPlace: () => inodes !== undefined && inodesIn(folder) === inodes,
    root,
    meta,
    lanes: { updates: lane("updates"), subscriptions: lane("subscriptions") },
    ids: table("ids"),
    receipts: table("receipts"),
    receiptOrder: table("order of receipts"),
    active: table("active subscriptions"),
  };
}

/**
 * Returns the inodes of the data file and the lock file. With a different lock file, two processes would write at once. undefined: the
 * files do not exist, or can't be reached.
 */
function inodesIn(folder: string): string | undefined {
  const inodeOf = (name: string) => statSync(join(folder, name), { bigint: true }).ino;
  try {
    return FILES.map(inodeOf).join();
  } catch {
    return undefined;
  }
}

/** The identity of the log: its format, and the key of its ids. */
interface LogRecord {
  readonly format: number;
  /** Base64. */
  readonly idKey: string;
}

/** Returns the key of the log's ids. Writes the log's record if there is none. MUST be called in a write transaction. */
function readOrMakeRecord(meta: Table, folder: string, makeKey: () => Buffer): Buffer {
  const found = meta.get(META.log);
  if (found) {
    const { format, idKey }: LogRecord = JSON.parse(found.toString());
    if (format === FORMAT || format === FORMAT_OF_FRAMES) return Buffer.from(idKey, "base64");
    const message = `The history in ${folder} has format ${format}, but this version of Runnel reads format ${FORMAT}: run the version that wrote it, or move the folder away.`;
    throw new HubError("log:unavailable", message);
  }
  const key = makeKey();
  const record: LogRecord = { format: FORMAT, idKey: key.toString("base64") };
  meta.putSync(META.log, Buffer.from(JSON.stringify(record)), 1);
  return key;
}

/**
 * Returns whether the file has tables but no log's record. It changes nothing, so it does not open missing tables, which would create
 * them.
 */
function isForeign(root: RootDatabase<Buffer, Buffer>): boolean {
  const [any] = root.getKeys({ limit: 1 });
  if (any === undefined) return false;
  try {
    // lmdb's types do not have `create`.
    const withoutMaking = { name: "meta", create: false, useVersions: true, ...TABLE };
    const meta: Table | undefined = root.openDB(withoutMaking);
    const record: unknown = JSON.parse(String(meta?.get(META.log)));
    return !(typeof record === "object" && record !== null && "format" in record);
  } catch {
    // The table has another kind, or the record another text.
    return true;
  }
}

/** Makes the files accessible to their owner only, even if an earlier version made them or they were copied here. */
function keepPrivate(folder: string, logger: Pick<Logger, "warn"> | undefined): void {
  const us = process.geteuid?.();
  // Windows has no such modes.
  if (us === undefined) return;
  for (const name of [...FILES, HEARTBEAT_FILE]) {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || (stats.mode & 0o777) === FILE_MODE) continue;
    const { uid } = stats;
    if (us === uid || us === 0) chmodSync(path, FILE_MODE);
    else logger?.warn({ path, uid }, "another user's file, which others may read: chmod it to 600");
  }
  const { mode } = statSync(folder);
  const isOpen = (mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0;
  if (isOpen) {
    const octal = (mode & 0o7777).toString(8);
    logger?.warn({ folder, mode: octal }, "others may remove the history: chmod its folder to 700");
  }
}

const unreadable = (folder: string, { kind, why }: FileProblem): HubError =>
  kind === "foreign"
    ? notALog(folder, `data.mdb can't be read: ${why}`)
    : new HubError(
        "log:unavailable",
        `The history in ${folder} is damaged (data.mdb: ${why}): restore the folder from a backup, or move it away to begin without a history.`,
      );

const notALog = (folder: string, why: string): HubError =>
  new HubError(
    "log:unavailable",
    `${folder} holds no history of Runnel's (${why}): move it away, or give the history a folder of its own.`,
  );

function cantOpen(folder: string, cause: unknown): HubError {
  const why = cause instanceof Error ? cause.message : String(cause);
  // LMDB identifies processes by their ids. Processes in two containers may have the same id.
  const message = why.includes("No transaction to renew")
    ? `The history in ${folder} is open in another container, by a process that has this one's number (${process.pid}): only one process may write to it. Stop that one, or give this one a folder of its own.`
    : `The history can't be kept in ${folder} (${why}): it must be a folder that this process may write to, on a disk with room, that holds nothing but the history.`;
  return new HubError("log:unavailable", message, cause);
}
