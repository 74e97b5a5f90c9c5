import { randomInt } from "node:crypto";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HubError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { META, type Store } from "./lmdb-store.ts";

/** Between processes only the real clock counts: these are not a test's to move. */
const HEARTBEAT_MS = 1_000;
const DEAD_AFTER_MS = 5_000;
const POLL_MS = 50;

/** Who owns a log's file, as it stands in it. */
interface OwnerRecord {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/**
 * The right to write to a log's file, which one process has at a time. Its token is the version of the owner's record: a commit that is
 * conditional on it can't be another's, whatever clocks and heartbeats say.
 */
export class Ownership {
  readonly token: number;
  readonly #store: Store;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(store: Store, token: number) {
    this.token = token;
    this.#store = store;
    beat(store.folder);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Takes the file: at once if nobody has it or its owner is dead, else when its owner lets go of it.
   * @param waitMs how long to wait for a living owner, in milliseconds
   * @param logger is told when an owner has to be waited for, or had died
   * @throws HubError `log:owned` naming the owner
   */
  static async take(
    store: Store,
    waitMs: number,
    logger?: Pick<Logger, "info" | "warn">,
  ): Promise<Ownership> {
    const { folder } = store;
    const until = performance.now() + waitMs;
    for (let isFirst = true; ; isFirst = false) {
      const token = randomInt(1, 2 ** 47);
      const { isTaken, owner } = tryToTake(store, token);
      if (isTaken) {
        if (owner) logger?.warn({ folder, owner }, "the history was left by a process that died");
        return new Ownership(store, token);
      }
      const left = until - performance.now();
      if (left <= 0) throw owned(folder, owner);
      if (isFirst) logger?.info({ folder, owner, waitMs }, "the history's owner is waited for");
      await sleep(Math.min(POLL_MS, left));
    }
  }

  /** @throws the storage's error */
  isOurs(): boolean {
    return this.#store.meta.getEntry(META.owner)?.version === this.token;
  }

  /** @throws HubError `log:owned` naming who owns the file now */
  lost(): HubError {
    const found = this.#store.meta.get(META.owner);
    return owned(this.#store.folder, found ? parse(found) : undefined);
  }

  /** Lets another process have the file. */
  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    const { meta, folder } = this.#store;
    try {
      const wasOurs = await meta.ifVersion(META.owner, this.token, () => {
        void meta.remove(META.owner);
      });
      if (wasOurs) rmSync(heartbeatFile(folder), { force: true });
    } catch {
      // A full disk. The record stays, and who comes next finds its process gone, or its heart still.
    }
  }

  #beat(): void {
    try {
      // A process that was stopped for long may have lost the file: its heartbeat would be taken for the new owner's.
      if (this.isOurs()) beat(this.#store.folder);
      else clearInterval(this.#heartbeat);
    } catch {
      // It can't be read now: the commits say so.
    }
  }
}

interface Attempt {
  readonly isTaken: boolean;
  /** Who owned it before, or does. */
  readonly owner: OwnerRecord | undefined;
}

/** One write transaction, which excludes those of all other processes. */
function tryToTake({ meta, folder }: Store, token: number): Attempt {
  return meta.transactionSync(() => {
    const found = meta.get(META.owner);
    const owner = found && parse(found);
    if (owner && isAlive(owner, folder)) return { isTaken: false, owner };
    const us: OwnerRecord = { pid: process.pid, host: hostname(), startedAt: Date.now() };
    // It has no heartbeat yet, and none would be a dead owner's.
    beat(folder);
    meta.putSync(META.owner, Buffer.from(JSON.stringify(us)), token);
    return { isTaken: true, owner };
  });
}

const parse = (bytes: Buffer): OwnerRecord => JSON.parse(bytes.toString());

function isAlive({ pid, host }: OwnerRecord, folder: string): boolean {
  if (host === hostname()) {
    // The same number: an earlier life of this process, as in a container where each first process has the number 1.
    if (pid === process.pid || !processExists(pid)) return false;
  }
  const beatAt = statSync(heartbeatFile(folder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - beatAt < DEAD_AFTER_MS;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, but another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

const heartbeatFile = (folder: string) => join(folder, "owner");

function beat(folder: string): void {
  try {
    writeFileSync(heartbeatFile(folder), "");
  } catch {
    // A full disk: the commits say so.
  }
}

function owned(folder: string, owner: OwnerRecord | undefined): HubError {
  const who = owner
    ? `process ${owner.pid} on ${owner.host} (since ${new Date(owner.startedAt).toISOString()})`
    : "another process";
  const message = `The history in ${folder} belongs to ${who}: only one process may write to it. Stop that one, or give this one a folder of its own.`;
  return new HubError("log:owned", message);
}
