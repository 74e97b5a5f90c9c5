import { randomBytes } from "node:crypto";
import { HubError } from "../errors.ts";
import { createEventIds, ID_KEY_BYTES } from "../event-id.ts";
import type { Timers } from "../timers.ts";
import { prepareCommit, type Waiting } from "./commit.ts";
import { mergePages } from "./page.ts";
import { Queue } from "./queue.ts";
import { Receipts } from "./receipts.ts";
import { Ring } from "./ring.ts";
import {
  type Append,
  type Appended,
  type Entry,
  type Lane,
  type Listener,
  type Log,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  type ReadRequest,
  type Retention,
  START,
  SUBSCRIPTIONS_RETENTION,
} from "./types.ts";

export interface MemoryLogOptions {
  /** Of the lane `updates`. */
  readonly retention: Retention;
  readonly timers: Timers;
}

/** A log that its process takes along: as durable as the process. */
export class MemoryLog implements Log {
  /** Never: nobody else can reach it. */
  readonly lost: Promise<HubError> = new Promise(() => {});
  // A new key with each process: no id of an earlier one is known, and none is made twice.
  readonly #ids = createEventIds(randomBytes(ID_KEY_BYTES));
  readonly #timers: Timers;
  readonly #rings: Readonly<Record<Lane, Ring>>;
  /** Positions of kept entries by their publishers' ids. */
  readonly #byOwnId = new Map<string, Queue<Position>>();
  readonly #receipts = new Receipts();
  #listener: Listener = () => {};
  #last = START;
  #waiting: Waiting[] = [];
  #commitUnderWay: Promise<void> | undefined;
  #isClosed = false;

  constructor({ retention, timers }: MemoryLogOptions) {
    this.#timers = timers;
    const onRemove = (entry: Entry) => this.#forgetId(entry);
    this.#rings = {
      updates: new Ring({ retention, timers, onRemove }),
      subscriptions: new Ring({ retention: SUBSCRIPTIONS_RETENTION, timers }),
    };
  }

  get last(): Position {
    return this.#last;
  }

  append(append: Append): Promise<Appended> {
    if (this.#isClosed) return Promise.reject(closed());
    // What one turn of the event loop appends is one commit: the tail's listeners write once for all of it.
    this.#commitUnderWay ??= new Promise((done) => {
      setImmediate(() => {
        this.#commit();
        done();
      });
    });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ append, resolve, reject });
    });
  }

  tail(listener: Listener): void {
    this.#listener = listener;
  }

  floor(lane: Lane): Position {
    return this.#rings[lane].floor;
  }

  completeAfter(lane: Lane): Position {
    return this.#rings[lane].floor;
  }

  async locate(id: string): Promise<Position | undefined> {
    const made = this.#ids.positionOf(id);
    return made !== undefined && made <= this.#last ? made : this.#byOwnId.get(id)?.at(0);
  }

  cursor(position: Position): string {
    return this.#ids.idOf(position);
  }

  async read({ after, matchers, lanes, maxBytes }: ReadRequest): Promise<Page> {
    if (this.#isClosed) throw closed();
    const read = (lane: Lane) =>
      this.#rings[lane].read({ after, matchers, maxBytes, last: this.#last });
    const [first, second] = new Set(lanes);
    if (first === undefined) return { entries: [], to: this.#last };
    return second === undefined ? read(first) : mergePages(read(first), read(second), maxBytes);
  }

  async readBack(request: ReadBackRequest): Promise<PageBack> {
    if (this.#isClosed) throw closed();
    return this.#rings.updates.readBack(request);
  }

  leftActive(): readonly string[] {
    return [];
  }

  async trim(): Promise<void> {
    this.#rings.updates.trim();
    this.#rings.subscriptions.trim();
    this.#receipts.trim(this.#timers.now());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#commitUnderWay;
  }

  #commit(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#commitUnderWay = undefined;
    const now = this.#timers.now();
    const commit = prepareCommit(waiting, {
      last: this.#last,
      ids: this.#ids,
      now,
      takenAt: this.#timers.elapsed(),
      receipt: (receipt) => this.#receipts.find(receipt, now),
    });
    this.#last = commit.last;
    this.#receipts.add(commit.receipts, now);
    for (const { entry, ownId } of commit.all) {
      // First the id: the entry may be let go of right away.
      if (ownId !== undefined) this.#rememberId(ownId, entry.position);
      this.#rings[entry.lane].append(entry);
    }
    commit.tell(this.#listener);
  }

  #rememberId(id: string, position: Position): void {
    const positions = this.#byOwnId.get(id) ?? new Queue<Position>();
    positions.push(position);
    this.#byOwnId.set(id, positions);
  }

  #forgetId({ id, position }: Entry): void {
    const positions = this.#byOwnId.get(id);
    // An id that the log made is not among them, unless a publisher took it over for an update of its own.
    if (positions?.at(0) !== position) return;
    positions.shift();
    if (positions.length === 0) this.#byOwnId.delete(id);
  }
}

const closed = () =>
  new HubError("log:unavailable", "The log is closed: the hub is shutting down.");
