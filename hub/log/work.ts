import { setImmediate as nextTurn } from "node:timers/promises";
import type { Append } from "./log.ts";

// About a microsecond each on a common machine: to encode an entry and write it, to write one row of an index, and to encode, hash and
// write 1,024 characters.
const ENTRY_WORK = 5;
const ROW_WORK = 5;
const WORK_PER_CHARACTER = 4 / 1_024;

/** How much work one turn of the event loop does: a few milliseconds. */
export const WORK_PER_TURN = 4_000;

/** Returns the work of writing or removing an entry. */
export const workOf = (rows: number, characters: number): number =>
  ENTRY_WORK + ROW_WORK * rows + WORK_PER_CHARACTER * characters;

/** Returns the work of an append. */
export function workOfAppend(append: Append): number {
  let work = 0;
  if (append.lane === "updates") {
    for (const { topics, id, data } of append.updates) {
      let characters = data.length + (id?.length ?? 0);
      for (const topic of topics) characters += topic.length;
      work += workOf(topics.length + (id === undefined ? 0 : 1), characters);
    }
  } else {
    for (const { topic, document } of append.events) {
      work += workOf(1, topic.length + document.length);
    }
  }
  return work;
}

/** Returns how many of the waiting appends, from the first on, are the work of one turn; at least one. */
export function appendsInTurn(waiting: readonly { readonly append: Append }[]): number {
  let work = 0;
  let count = 0;
  for (const { append } of waiting) {
    work += workOfAppend(append);
    if (count > 0 && work > WORK_PER_TURN) break;
    count += 1;
  }
  return count;
}

/** Divides long work into turns of the event loop. */
export class Pace {
  #work = 0;

  /** Returns a promise to wait for when the work of a turn is done. */
  spend(work: number): Promise<void> | undefined {
    this.#work += work;
    if (this.#work < WORK_PER_TURN) return undefined;
    this.#work = 0;
    return nextTurn();
  }
}
