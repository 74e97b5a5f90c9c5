import { randomInt } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { HubError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { Heartbeat } from "./owner-heartbeat.ts";
import { META, type Store } from "./tables.ts";

/** Between processes only the real clock counts: these are not a test's to move. */
const HEARTBEAT_MS = 1_000;
const DEAD_AFTER_MS = 5_000;
const POLL_MS = 50;

/** Who owns a log's file, as it stands in it. */
interface OwnerRecord {
  readonly pid: number;
  readonly host: string;
  /** Names the space in which `pid` is unique. Earlier versions wrote none. */
  readonly pidSpace?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface OwnershipOptions {
  /** How long to wait for a living owner, in milliseconds. */
  readonly waitMs: number;
  /** Is told when an owner has to be waited for or had died, and when no heartbeat can be written. */
  readonly logger?: Pick<Logger, "info" | "warn"> | undefined;
  /** Default: this process's own. */
  readonly pidSpace?: string | undefined;
}

/**
 * The right to write to a log's file, which one process has at a time. Its token is the version of the owner's record: a commit that is
 * conditional on it can't be another's, whatever clocks and heartbeats say.
 */
export class Ownership {
  readonly token: number;
  /** Resolves when another process has taken the file, or the file is gone. */
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
   * Takes the file: at once if nobody has it or its owner's process is gone, else when its owner releases it, or gives no heartbeat for
   * DEAD_AFTER_MS of our own clock. Times of day are not compared.
   * @throws HubError `log:owned` naming the owner, when that gives a heartbeat after `waitMs`
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

  /** Gives the file up, as another process has it or it is gone. Returns the reason. */
  lose(): HubError {
    const { folder } = this.#store;
    const error = this.#store.isInPlace()
      ? takenOver(folder, readOwner(this.#store))
      : removed(folder);
    clearInterval(this.#timer);
    this.#reportLoss(error);
    return error;
  }

  /** Lets another process have the file. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    const { meta } = this.#store;
    try {
      const wasOurs = await meta.ifVersion(META.owner, this.token, () => {
        void meta.remove(META.owner);
      });
      if (wasOurs) this.#heartbeat.stop();
    } catch {
      // A full disk. The record stays, and who comes next finds its process gone, or its heart still.
    }
  }

  /** A process that was stopped for long may have lost the file: its heartbeat would be taken for the new owner's. */
  #check(logger: OwnershipOptions["logger"]): void {
    try {
      const isOurs =
        this.#store.isInPlace() && this.#store.meta.getEntry(META.owner)?.version === this.token;
      if (isOurs) this.#heartbeat.beat(logger);
      else this.lose();
    } catch {
      // It can't be read now: the commits say so.
    }
  }
}

/** Counts for how long a sign has not changed. */
class Silence {
  ms = 0;
  #sign: string | undefined;
  #lookedAt = 0;

  /** @returns whether the sign has changed since the last look */
  look(sign: string): boolean {
    const now = performance.now();
    const isFirst = this.#sign === undefined;
    const isSame = this.#sign === sign;
    // Between two looks we may have been stopped, and the owner with us: that is no silence.
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

/** MUST be called in a write transaction, which excludes those of all other processes. */
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

/** True: there is no such process any more. False: it may live. */
function isGone(owner: OwnerRecord, pidSpace: string): boolean {
  if (owner.pidSpace !== pidSpace) return false;
  // The same number: an earlier life of this process, as in a container where each first process has the number 1.
  return owner.pid === process.pid || !processExists(owner.pid);
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

/** Where process numbers are unique: two containers may have the same hostname and the same numbers. */
function ownPidSpace(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    // Not Linux.
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
