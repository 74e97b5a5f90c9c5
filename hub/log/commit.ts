import type { Update } from "../topics/update.ts";
import type { Ages } from "./ages.ts";
import { digestOf } from "./digest.ts";
import { entryOf, updateOf } from "./entry.ts";
import type { EventIds } from "./event-id.ts";
import {
  type ActiveRecord,
  type Append,
  type Appended,
  type Entry,
  type Listener,
  type Position,
  type Receipt,
  toPosition,
} from "./log.ts";
import { isSameBody, type KeptReceipt, type NewReceipt, receiptKey } from "./receipts.ts";
import { Pace, WORK_PER_TURN, workOf } from "./work.ts";

/** An append whose caller waits for the next commit. */
export interface Waiting {
  readonly append: Append;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

/** The state of the log before the commit. */
export interface Before {
  readonly last: Position;
  readonly ids: EventIds;
  /** The ages by the clock at the commit. */
  readonly ages: Ages;
  /** See `Listener`. */
  readonly takenAt: number;
  /** Returns a receipt of an earlier commit that is not over its age. */
  receipt(key: Buffer): KeptReceipt | undefined;
}

/** A new entry, and the publisher's id if it has one. */
export interface NewEntry {
  readonly entry: Entry;
  readonly ownId: string | undefined;
  /** The entry is lost when the process ends. */
  readonly isVolatile: boolean;
}

/** The entries and receipts of the waiting appends. A commit is made before the log changes. */
export interface Commit {
  /** All entries, in order. */
  readonly all: readonly NewEntry[];
  /** All entries but the volatile ones. The same list as `all` if there are none. */
  readonly entries: readonly NewEntry[];
  readonly receipts: readonly NewReceipt[];
  readonly active: readonly ActiveRecord[];
  readonly last: Position;
  readonly takenAt: number;
  /** Resolves the promises of the appends. Those of refused appends are rejected already. */
  settle(): void;
}

/**
 * Makes a commit of appends in the order of their calls, each whole or not at all. An append that can't be encoded is rejected here, and
 * uses no positions. Many updates are encoded in several turns of the event loop.
 */
export async function prepareCommit(waiting: readonly Waiting[], before: Before): Promise<Commit> {
  const { ages, takenAt } = before;
  const at = ages.clock;
  const all: NewEntry[] = [];
  const receipts = new Map<string, NewReceipt>();
  const active: ActiveRecord[] = [];
  let hasVolatile = false;
  const outcomes: { waiting: Waiting; appended: Appended }[] = [];
  const pace = new Pace();
  const most = waiting.reduce((sum, { append }) => sum + countOf(append), 0);
  const ids = new IdBlocks(before.ids, toPosition(before.last + most));
  let last = before.last;
  for (const one of waiting) {
    const { append } = one;
    const updates = append.lane === "updates" ? append.updates : append.events.map(updateOf);
    const receipt = append.lane === "updates" ? append.receipt : undefined;
    const key = receipt && receiptKey(receipt);
    const known = key && (receipts.get(nameOf(key))?.kept ?? before.receipt(key));
    if (known) {
      outcomes.push({ waiting: one, appended: await again(known, receipt, updates, before.ids) });
      continue;
    }
    const first = toPosition(last + 1);
    const isVolatile = append.lane === "subscriptions" && append.volatile === true;
    const added: NewEntry[] = [];
    try {
      for (const [index, update] of updates.entries()) {
        const position = toPosition(first + index);
        const place = { position, id: ids.of(position), lane: append.lane, at };
        added.push({ entry: entryOf(update, place), ownId: update.id, isVolatile });
        const turn = pace.spend(workOf(update.topics.length, update.data.length));
        if (turn) await turn;
      }
    } catch (error) {
      one.reject(error);
      continue;
    }
    for (const each of added) all.push(each);
    hasVolatile ||= isVolatile;
    last = toPosition(last + added.length);
    if (receipt && key) {
      const kept = { body: digestOf(receipt.bodyHash), at, first, count: added.length };
      receipts.set(nameOf(key), { key, kept });
    }
    if (append.lane === "subscriptions" && append.active) active.push(append.active);
    const made = added.map(({ entry }) => entry.id);
    outcomes.push({ waiting: one, appended: { outcome: "appended", ids: made } });
  }
  return {
    all,
    entries: hasVolatile ? all.filter(({ isVolatile }) => !isVolatile) : all,
    receipts: [...receipts.values()],
    active,
    last,
    takenAt,
    settle() {
      for (const { waiting: one, appended } of outcomes) one.resolve(appended);
    },
  };
}

const countOf = (append: Append): number =>
  append.lane === "updates" ? append.updates.length : append.events.length;

const nameOf = (key: Buffer): string => key.toString("latin1");

/** The number of ids made at once. Many ids cost little more than one, but the ids of a whole batch would take too long. */
const IDS_AT_ONCE = 256;

/** The ids of consecutive positions, made in blocks. */
class IdBlocks {
  readonly #ids: EventIds;
  readonly #upTo: Position;
  #first = 0;
  #block: readonly string[] = [];

  /** @param upTo the last position that needs an id */
  constructor(ids: EventIds, upTo: Position) {
    this.#ids = ids;
    this.#upTo = upTo;
  }

  of(position: Position): string {
    const known = this.#block[position - this.#first];
    if (known !== undefined) return known;
    this.#first = position;
    const count = Math.min(IDS_AT_ONCE, this.#upTo - position + 1);
    this.#block = this.#ids.idsFrom(position, count);
    return this.#block[0] ?? "";
  }
}

/** Answers a repeated request. Its body is the same, so it has the same publisher's ids. */
async function again(
  known: KeptReceipt,
  receipt: Receipt,
  updates: readonly Update[],
  made: EventIds,
): Promise<Appended> {
  if (!isSameBody(known, receipt)) return { outcome: "conflict" };
  const ids = new IdBlocks(made, toPosition(known.first + updates.length - 1));
  const pace = new Pace();
  const all: string[] = [];
  for (const [index, { id }] of updates.entries()) {
    all.push(id ?? ids.of(toPosition(known.first + index)));
    const turn = pace.spend(workOf(0, 0));
    if (turn) await turn;
  }
  return { outcome: "repeated", ids: all };
}

/** Returns the end index (exclusive) of the entries that are the work of one turn, from `start` on. The turn has at least one entry. */
export function turnEnd(entries: readonly NewEntry[], start: number): number {
  let work = 0;
  let end = start;
  for (const { entry } of entries.slice(start)) {
    work += workOf(entry.topics.length, entry.frame.bytes.length);
    if (end > start && work > WORK_PER_TURN) break;
    end += 1;
  }
  return end;
}

/** Reports new entries to a listener. */
export function tell(added: readonly NewEntry[], takenAt: number, listener: Listener): void {
  const [first, ...rest] = added.map(({ entry }) => entry);
  try {
    if (first) listener([first, ...rest], takenAt);
  } catch (error) {
    // A listener's error MUST NOT fail the append: it is thrown as an uncaught error.
    queueMicrotask(() => {
      throw error;
    });
  }
}
