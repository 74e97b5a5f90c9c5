import { randomBytes } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { HubError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Timers } from "../../base/timers.ts";
import { type Ages, observe } from "../ages.ts";
import { type Commit, prepareCommit, tell, turnEnd, type Waiting } from "../commit.ts";
import { createEventIds, type EventIds, ID_KEY_BYTES } from "../event-id.ts";
import {
  type Append,
  type Appended,
  type Lane,
  type Listener,
  type Log,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  type ReadRequest,
  type Retention,
  SUBSCRIPTIONS_RETENTION,
  toPosition,
} from "../log.ts";
import { mergePages } from "../page.ts";
import { isOverAge, type KeptReceipt, readReceipt } from "../receipts.ts";
import { Ring } from "../ring.ts";
import { appendsInTurn } from "../work.ts";
import { convertOldFormat } from "./convert.ts";
import { openStore } from "./open.ts";
import { Ownership } from "./owner.ts";
import { findOwnId, type Reader, readLane, readUpdatesBack } from "./read.ts";
import { type Store, TopicHashes } from "./tables.ts";
import { type Transaction, write } from "./transaction.ts";
import { Writer } from "./writer.ts";

export interface LmdbLogOptions {
  /** The log's folder. It is created if it does not exist. It MUST NOT hold anything else. */
  readonly folder: string;
  /** The bounds of the whole log; see `sharesOf`. */
  readonly retention: Retention;
  readonly timers: Timers;
  /** The maximum time to wait until another process releases the folder, in milliseconds. */
  readonly waitForOwnerMs: number;
  /** Receives a line when the log waits for another process, or when an earlier process left the folder without closing it. */
  readonly logger?: Pick<Logger, "info" | "warn">;
  /** The name of the space in which this process's id is unique. Default: its own. Only tests set it. */
  readonly pidSpace?: string;
}

/**
 * Opens the log in a folder, and owns it until it is closed.
 * @throws HubError `log:owned` if another process owns the folder and stays alive
 * @throws HubError `log:unavailable` if the folder can't be written, or holds something else
 */
export async function openLmdbLog(options: LmdbLogOptions): Promise<Log> {
  const store = openStore(options.folder, () => randomBytes(ID_KEY_BYTES), options.logger);
  try {
    const { waitForOwnerMs: waitMs, logger, pidSpace } = options;
    const ownership = await Ownership.take(store, { waitMs, logger, pidSpace });
    try {
      await convertOldFormat(store, ownership.token);
      const log = new LmdbLog(options, store, ownership, createEventIds(store.idKey));
      await log.start();
      return log;
    } catch (error) {
      await ownership.release();
      throw error;
    }
  } catch (error) {
    await store.root.close();
    throw error instanceof HubError ? error : unavailable(options.folder, error);
  }
}

class LmdbLog implements Log {
  readonly #options: LmdbLogOptions;
  readonly #store: Store;
  readonly #ownership: Ownership;
  readonly #ids: EventIds;
  readonly #reader: Reader;
  readonly #leftActive: readonly string[];
  /** The volatile entries of the lane `subscriptions`. They are not in the file. */
  readonly #volatile: Ring;
  readonly #writer: Writer;
  #waiting: Waiting[] = [];
  #trimming: Trimming | undefined;
  /** More entries are over the bounds than the last commit removed. */
  #isOverBounds = false;
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #listener: Listener = () => {};

  constructor(options: LmdbLogOptions, store: Store, ownership: Ownership, ids: EventIds) {
    this.#options = options;
    this.#store = store;
    this.#ownership = ownership;
    this.#ids = ids;
    const hashes = new TopicHashes();
    const { timers, retention } = options;
    this.#reader = { store, timers, hashes };
    this.#writer = new Writer({
      reader: this.#reader,
      retention,
      write: (transaction) => this.#write(transaction),
    });
    const floor = this.#writer.state.reserved;
    this.#volatile = new Ring({ retention: SUBSCRIPTIONS_RETENTION, timers, floor });
    this.#leftActive = readActive(store);
  }

  get last(): Position {
    return this.#writer.state.last;
  }

  get lost(): Promise<HubError> {
    return this.#ownership.lost;
  }

  append(append: Append): Promise<Appended> {
    if (this.#closing) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
      void this.#run();
    });
  }

  tail(listener: Listener): void {
    this.#listener = listener;
  }

  floor(lane: Lane): Position {
    return this.#writer.floor(lane);
  }

  completeAfter(lane: Lane): Position {
    const floor = this.floor(lane);
    return lane === "updates" ? floor : toPosition(Math.max(floor, this.#volatile.floor));
  }

  async locate(id: string): Promise<Position | undefined> {
    if (this.#closing) throw closed();
    const made = this.#ids.positionOf(id);
    if (made !== undefined && made <= this.last) return made;
    return this.#reading(() => findOwnId(this.#reader, id, this.last));
  }

  cursor(position: Position): string {
    return this.#ids.idOf(position);
  }

  // Reads during the call, not later, so the result of `floor` at the same moment is valid for it.
  async read({ after, matchers, lanes, maxBytes }: ReadRequest): Promise<Page> {
    if (this.#closing) throw closed();
    const { last } = this;
    const read = (lane: Lane) => {
      const floor = this.floor(lane);
      const request = { after: after < floor ? floor : after, matchers, maxBytes, last };
      const page = readLane(this.#reader, { lane, ...request });
      if (lane === "updates") return page;
      const from = toPosition(Math.max(request.after, this.#volatile.floor));
      return mergePages(page, this.#volatile.read({ ...request, after: from }), maxBytes);
    };
    const [first, second] = new Set(lanes);
    if (first === undefined) return { entries: [], to: last };
    return this.#reading(() =>
      second === undefined ? read(first) : mergePages(read(first), read(second), maxBytes),
    );
  }

  async readBack(request: ReadBackRequest): Promise<PageBack> {
    if (this.#closing) throw closed();
    const floor = this.floor("updates");
    return this.#reading(() => readUpdatesBack(this.#reader, request, floor));
  }

  leftActive(): readonly string[] {
    return this.#leftActive;
  }

  trim(): Promise<void> {
    if (this.#closing) return Promise.resolve();
    this.#trimming ??= new Trimming();
    void this.#run();
    return this.#trimming.done;
  }

  /** Starts after the state of an earlier process. If the bounds were lowered since, the excess is removed in the background. */
  async start(): Promise<void> {
    await this.#writer.start();
    this.#isOverBounds = true;
    void this.#run();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.#running) await this.#running;
    try {
      await this.#ownership.release();
    } finally {
      await this.#store.root.close();
    }
  }

  /** Commits the waiting appends, one commit after the other. A commit has the appends that arrived while the one before was written. */
  #run(): Promise<void> {
    this.#running ??= (async () => {
      while (this.#waiting.length > 0 || this.#trimming || this.#isOverBounds) {
        // The appends of one turn of the event loop are one commit.
        await nextTurn();
        await this.#step(this.#trimming);
      }
      this.#running = undefined;
    })();
    return this.#running;
  }

  /** Makes one commit. A trim uses as many commits as it needs, and delays no append. */
  async #step(trimming: Trimming | undefined): Promise<void> {
    const waiting = this.#waiting.splice(0, appendsInTurn(this.#waiting));
    try {
      const { timers } = this.#options;
      const { state } = this.#writer;
      const ages = observe(state.ages, timers.now(), state.last);
      if (waiting.length > 0) this.#isOverBounds = await this.#append(waiting, ages);
      const trims = trimming !== undefined || waiting.length === 0;
      if (trims) this.#isOverBounds = await this.#writer.trim(ages);
      if (this.#closing) this.#isOverBounds = false;
      if (!trimming || this.#isOverBounds) return;
      trimming.resolve();
    } catch (cause) {
      const error = cause instanceof HubError ? cause : unavailable(this.#options.folder, cause);
      for (const { reject } of waiting) reject(error);
      trimming?.reject(error);
      if (!trimming && waiting.length === 0) {
        const fields = { folder: this.#options.folder, error: error.message };
        this.#options.logger?.warn(fields, "the history is over its bounds, and can't be trimmed");
      }
      // The next commit tries again.
      this.#isOverBounds = false;
    }
    this.#trimming = undefined;
  }

  /**
   * Prepares the whole commit, then writes it. Either all entries are stored and reported, or nothing changes.
   * @returns whether more is over the bounds
   */
  async #append(waiting: readonly Waiting[], ages: Ages): Promise<boolean> {
    const commit = await prepareCommit(waiting, {
      last: this.last,
      ids: this.#ids,
      ages,
      takenAt: this.#options.timers.elapsed(),
      receipt: (key) => this.#findReceipt(key, ages),
    });
    const isOverBounds = await this.#writer.append(commit, ages);
    const { all, takenAt } = commit;
    if (all !== commit.entries) this.#keepVolatile(commit);
    for (let start = 0; start < all.length; ) {
      if (start > 0) await nextTurn();
      const end = turnEnd(all, start);
      tell(all.slice(start, end), takenAt, this.#listener);
      start = end;
    }
    commit.settle();
    return isOverBounds;
  }

  #keepVolatile({ all }: Commit): void {
    for (const { entry, isVolatile } of all) if (isVolatile) this.#volatile.append(entry);
  }

  async #write(transaction: Transaction): Promise<void> {
    if (!this.#store.isInPlace()) throw this.#ownership.lose();
    const isWritten = await write(this.#reader, this.#ownership.token, transaction);
    if (!isWritten) throw this.#ownership.lose();
  }

  #findReceipt(key: Buffer, ages: Ages): KeptReceipt | undefined {
    const found = this.#store.receipts.get(key);
    const stored = found && readReceipt(found);
    return stored && !isOverAge(stored, ages) ? stored : undefined;
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      throw unavailable(this.#options.folder, cause);
    }
  }
}

/** A requested trim. All callers share one. */
class Trimming {
  resolve: () => void = () => {};
  reject: (error: unknown) => void = () => {};
  readonly done = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

function readActive({ active }: Store): string[] {
  const records: string[] = [];
  for (const { value } of active.getRange({})) records.push(value.toString());
  return records;
}

const closed = () =>
  new HubError("log:unavailable", "The log is closed: the hub is shutting down.");

function unavailable(folder: string, cause: unknown): HubError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The history in ${folder} can't be read or written now (${why}): look for a full disk, or a folder that is gone.`;
  return new HubError("log:unavailable", message, cause);
}
