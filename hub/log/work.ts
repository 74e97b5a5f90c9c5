import { setImmediate as nextTurn } from "node:timers/promises";
import type { Append } from "./log.ts";

// One unit is about a microsecond on a common machine. The costs are: to encode and write an entry; to write one row of an index; to
// encode, hash and write 1,024 characters.
const ENTRY_WORK = 5;
const ROW_WORK = 5;
const WORK_PER_CHARACTER = 4 / 1_024;

/** The units of work in one turn of the event loop: a few milliseconds. */
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

/** Returns the number of waiting appends, from the first on, that are the work of one turn. At least one. */
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

  /** Returns a promise to await if the work of a turn is done. */
  spend(work: number): Promise<void> | undefined {
    this.#work += work;
    if (this.#work < WORK_PER_TURN) return undefined;
    this.#work = 0;
    return nextTurn();
  }
}
