import type { Timers } from "../../base/timers.ts";
import type { Matcher } from "../../topics/matcher.ts";
import { FrameCopies, loadEntry, readHead, type StoredHead } from "../entry.ts";
import {
  type Lane,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  START,
  toPosition,
} from "../log.ts";
import { ascending, descending, PageBackBuilder, PageBuilder, ReadBudget } from "../page.ts";
import { type Selection, selectionOf } from "../selection.ts";
import {
  beyond,
  hashedKey,
  hashOf,
  positionIn,
  positionKey,
  positionsBetween,
  positionsDown,
  type Store,
  type TopicHashes,
} from "./tables.ts";

export interface LaneRead {
  readonly lane: Lane;
  readonly after: Position;
  readonly matchers: readonly Matcher[];
  readonly maxBytes: number;
  /** The end of the read. Entries after it may be committed, but are not reported yet. */
  readonly last: Position;
}

export interface Reader {
  readonly store: Store;
  readonly timers: Timers;
  readonly hashes: TopicHashes;
}

/**
 * Returns all entries in (`after`, `to`] of a lane that match. It seeks to the first entry, and ends after a few milliseconds.
 * Subscription events are few and have no index of topics, so it compares each of them.
 */
export function readLane(reader: Reader, read: LaneRead): Page {
  const { lane, after, last } = read;
  const page = new PageBuilder(read.maxBytes);
  const selection = selectionOf(read.matchers);
  if (selection.by === "nothing" || after >= last) return page.upTo(last);
  const { entries, topics: byTopic } = reader.store.lanes[lane];
  const budget = new ReadBudget(reader.timers);
  const copies = new FrameCopies();
  const take = (bytes: Buffer, head: StoredHead, position: Position) =>
    page.add(loadEntry(bytes, head, { position, lane, copies }));

  const isWanted = testOf(selection);
  if (selection.by === "topics" && lane === "updates") {
    const sources = selection.topics.map((topic) => {
      const hash = reader.hashes.of(topic);
      return positionsBetween(
        byTopic,
        hashedKey(hash, beyond(after)),
        hashedKey(hash, beyond(last)),
      );
    });
    for (const number of ascending(sources)) {
      const position = toPosition(number);
      const bytes = entries.get(positionKey(position));
      const head = bytes && readHead(bytes);
      // Another topic may have the same hash, so the topics are compared too.
      if (bytes && head && isWanted(head.topics) && !take(bytes, head, position)) {
        return page.full(after);
      }
      if (budget.isSpent(1)) return page.upTo(position);
    }
    return page.upTo(last);
  }

  const range = { start: positionKey(beyond(after)), end: positionKey(beyond(last)) };
  for (const { key, value } of entries.getRange(range)) {
    const position = toPosition(positionIn(key));
    const head = readHead(value);
    if (isWanted(head.topics) && !take(value, head, position)) return page.full(after);
    const looks = selection.by === "comparing" ? selection.looks : 1;
    if (budget.isSpent(head.topics.length * looks)) return page.upTo(position);
  }
  return page.upTo(last);
}

function testOf(selection: Selection): (topics: readonly string[]) => boolean {
  if (selection.by === "comparing") return selection.mayMatch;
  if (selection.by !== "topics") return () => selection.by === "everything";
  const wanted = new Set(selection.topics);
  return (topics) => topics.some((topic) => wanted.has(topic));
}

/** Returns the newest updates in (`floor`, `upTo`] that match. It seeks to the last entry, and ends after a few milliseconds. */
export function readUpdatesBack(reader: Reader, read: ReadBackRequest, floor: Position): PageBack {
  const lane = "updates";
  const { upTo } = read;
  const page = new PageBackBuilder(read);
  const selection = selectionOf(read.matchers);
  if (selection.by === "nothing" || upTo <= floor) return page.downTo(floor);
  const { entries, topics: byTopic } = reader.store.lanes[lane];
  const budget = new ReadBudget(reader.timers);
  const copies = new FrameCopies();

  if (selection.by === "topics") {
    const wanted = new Set(selection.topics);
    const sources = selection.topics.map((topic) => {
      const hash = reader.hashes.of(topic);
      return positionsDown(byTopic, hashedKey(hash, upTo), hashedKey(hash, floor));
    });
    for (const number of descending(sources)) {
      const position = toPosition(number);
      const bytes = entries.get(positionKey(position));
      const head = bytes && readHead(bytes);
      if (bytes && head?.topics.some((topic) => wanted.has(topic))) {
        page.add(loadEntry(bytes, head, { position, lane, copies }));
      }
      if (page.isFull || budget.isSpent(1)) return page.downTo(toPosition(position - 1));
    }
    return page.downTo(floor);
  }

  const range = { start: positionKey(upTo), end: positionKey(floor), reverse: true };
  for (const { key, value } of entries.getRange(range)) {
    const position = toPosition(positionIn(key));
    const head = readHead(value);
    if (selection.by === "everything" || selection.mayMatch(head.topics)) {
      page.add(loadEntry(value, head, { position, lane, copies }));
    }
    const looks = selection.by === "comparing" ? selection.looks : 1;
    if (page.isFull || budget.isSpent(head.topics.length * looks)) {
      return page.downTo(toPosition(position - 1));
    }
  }
  return page.downTo(floor);
}

/** Returns the position of the earliest entry with this publisher's id. */
export function findOwnId({ store }: Reader, id: string, last: Position): Position | undefined {
  const hash = hashOf(id);
  const end = hashedKey(hash, beyond(last));
  for (const number of positionsBetween(store.ids, hashedKey(hash, START), end)) {
    for (const lane of Object.values(store.lanes)) {
      const bytes = lane.entries.get(positionKey(number));
      if (bytes && readHead(bytes).ownId === id) return toPosition(number);
    }
  }
  return undefined;
}
