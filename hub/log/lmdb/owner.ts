import { randomInt } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { HubError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { Heartbeat } from "./owner-heartbeat.ts";
import { META, type Store } from "./tables.ts";

/** Ownership between processes uses the real clock. Tests can't change these times. */
const HEARTBEAT_MS = 1_000;
const DEAD_AFTER_MS = 5_000;
const POLL_MS = 50;

/** The owner of a log's file, as recorded in the file. */
interface OwnerRecord {
  readonly pid: number;
  readonly host: string;
  /** The name of the space in which `pid` is unique. Earlier versions did not write it. */
  readonly pidSpace?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface OwnershipOptions {
  /** The maximum time to wait for a living owner, in milliseconds. */
  readonly waitMs: number;
  /** Receives a line when an owner is waited for or had died, and when no heartbeat can be written. */
  readonly logger?: Pick<Logger, "info" | "warn"> | undefined;
  /** Default: the space of this process. */
  readonly pidSpace?: string | undefined;
}

/**
 * The exclusive right to write to a log's file. One process has it at a time. The token is the version of the owner's record. A commit
 * that is conditional on the token can't overwrite another owner's data, whatever the clocks and heartbeats show.
 */
export class Ownership {
  readonly token: number;
  /** Resolves when another process owns the file, or the file is gone. */
  readonly lost: Promise<HubError>;
  readonly #store: Store;
  readonly #heartbeat: Heartbeat;
  readonly #timer: NodeJS.Timeout;
  #reportLoss: (error: HubError) => void = () => {};

  private constructor(store: Store, token: number, logger: OwnershipOptions["logger"]) {
    this.token = token;
    this.lost = new Promise((resolve) => {
      this.#reportLoss = resolve;
    });
    this.#store = store;
    this.#heartbeat = new Heartbeat(store.folder);
    this.#heartbeat.beat(logger);
    this.#timer = setInterval(() => this.#check(logger), HEARTBEAT_MS).unref();
  }

  /**
   * Acquires the file. This happens at once if the file has no owner, or if the owner's process is gone. Otherwise it happens when the
   * owner releases the file, or writes no heartbeat for DEAD_AFTER_MS of our own clock. Times of day are not compared.
   * @throws HubError `log:owned` naming the owner, if the owner writes a heartbeat after `waitMs`
   */
  static async take(store: Store, options: OwnershipOptions): Promise<Ownership> {
    const { folder } = store;
    const { waitMs, logger, pidSpace = ownPidSpace() } = options;
    const startedAt = performance.now();
    const heartbeat = new Heartbeat(folder);
    const signOf = () => `${store.meta.getEntry(META.owner)?.version} ${heartbeat.sign()}`;
    const silence = new Silence();
    for (let isFirst = true; ; isFirst = false) {
      const sign = signOf();
      const owner = readOwner(store);
      const isAlive = silence.look(sign);
      if (!owner || isGone(owner, pidSpace) || silence.ms >= DEAD_AFTER_MS) {
        const token = store.root.transactionSync(() =>
          sign === signOf() ? writeOwner(store, pidSpace) : undefined,
        );
        if (token !== undefined) {
          if (owner) logger?.warn({ folder, owner }, "the history was left by a process that died");
          return new Ownership(store, token, logger);
        }
      } else if (isAlive && performance.now() - startedAt >= waitMs) {
        throw owned(folder, owner);
      } else if (isFirst) {
        logger?.info({ folder, owner, waitMs }, "the history's owner is waited for");
      }
      await sleep(POLL_MS);
    }
  }

  /** Gives up the file, because another process owns it or it is gone. Returns the reason. */
  lose(): HubError {
    const { folder } = this.#store;
    const error = this.#store.isInPlace()
      ? takenOver(folder, readOwner(this.#store))
      : removed(folder);
    clearInterval(this.#timer);
    this.#reportLoss(error);
    return error;
  }

  /** Releases the file for another process. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    const { meta } = this.#store;
    try {
      const wasOurs = await meta.ifVersion(META.owner, this.token, () => {
        void meta.remove(META.owner);
      });
      if (wasOurs) this.#heartbeat.stop();
    } catch {
      // The disk is full, so the record stays. The next process detects that this one is gone, or that its heartbeat has stopped.
    }
  }

  /**
   * Writes a heartbeat if this process still owns the file. A process that was stopped for long may have lost it. Its heartbeat would be
   * mistaken for the new owner's.
   */
  #check(logger: OwnershipOptions["logger"]): void {
    try {
      const isOurs =
        this.#store.isInPlace() && this.#store.meta.getEntry(META.owner)?.version === this.token;
      if (isOurs) this.#heartbeat.beat(logger);
      else this.lose();
    } catch {
      // The file can't be read now. The commits report it.
    }
  }
}

/** Measures how long a sign has not changed. */
class Silence {
  ms = 0;
  #sign: string | undefined;
  #lookedAt = 0;

  /**
   * Compares the sign with the last one.
   * @returns whether the sign has changed since the last look
   */
  look(sign: string): boolean {
    const now = performance.now();
    const isFirst = this.#sign === undefined;
    const isSame = this.#sign === sign;
    // Both this process and the owner may have been stopped between two looks. That time does not count as silence.
    this.ms = isSame ? this.ms + Math.min(now - this.#lookedAt, HEARTBEAT_MS) : 0;
    this.#sign = sign;
    this.#lookedAt = now;
    return !isSame && !isFirst;
  }
}

function readOwner({ meta }: Store): OwnerRecord | undefined {
  const found = meta.get(META.owner);
  return found && JSON.parse(found.toString());
}

/**
 * Writes this process's record and returns its version. MUST be called in a write transaction, which excludes those of all other
 * processes.
 */
function writeOwner({ meta }: Store, pidSpace: string): number {
  const token = randomInt(1, 2 ** 47);
  const us: OwnerRecord = {
    pid: process.pid,
    host: hostname(),
    pidSpace,
    startedAt: Date.now(),
  };
  meta.putSync(META.owner, Buffer.from(JSON.stringify(us)), token);
  return token;
}

/** Returns true if the owner's process no longer exists. False: it may be alive. */
function isGone(owner: OwnerRecord, pidSpace: string): boolean {
  if (owner.pidSpace !== pidSpace) return false;
  // The same process id means an earlier run, as in a container where each first process has the id 1.
  return owner.pid === process.pid || !processExists(owner.pid);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists, but belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Returns the space in which process ids are unique. The hostname is not enough: two containers may have the same hostname and the same
 * ids.
 */
function ownPidSpace(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    // Not on Linux.
    return hostname();
  }
}

const describeOwner = ({ pid, host, startedAt }: OwnerRecord): string =>
  `process ${pid} on ${host} (since ${new Date(startedAt).toISOString()})`;

function owned(folder: string, owner: OwnerRecord): HubError {
  const message = `The history in ${folder} belongs to ${describeOwner(owner)}: only one process may write to it. Stop that one, or give this one a folder of its own.`;
  return new HubError("log:owned", message);
}

function takenOver(folder: string, owner: OwnerRecord | undefined): HubError {
  const message = owner
    ? `The history in ${folder} was taken over by ${describeOwner(owner)}: this process was stopped, or its heartbeat could not be written, for ${DEAD_AFTER_MS / 1_000} s. If it is to go on, stop that one and start this one again.`
    : `The history in ${folder} is no longer this process's: its file was overwritten, or another process has had it meanwhile. Start this process again.`;
  return new HubError("log:owned", message);
}

const removed = (folder: string) =>
  new HubError(
    "log:unavailable",
    `The history's file in ${folder} was removed or replaced while it was in use: start the hub again, which makes or reads what is there.`,
  );
