import { setImmediate as nextTurn } from "node:timers/promises";
import type { Timers } from "../base/timers.ts";
import { Turns } from "../base/turns.ts";
import {
  type Entry,
  type Floors,
  LANES,
  type Lane,
  type Log,
  type Page,
  type PageBack,
  type Position,
  type ReadBackRequest,
  type ReadRequest,
  type Retention,
  START,
  SUBSCRIPTIONS_RETENTION,
  toPosition,
  WEIGHT_OF_BYTES,
} from "../log/log.ts";
import { mergePages } from "../log/page.ts";
import { Ring } from "../log/ring.ts";
import type { Matcher } from "../topics/matcher.ts";

/** How much of each lane is kept decoded in memory, for slow or reconnecting readers. `maxBytes` counts the weight of entries. */
export const RECENT: Retention = { maxUpdates: 100_000, maxBytes: 32 * 1024 * 1024, maxAgeMs: 0 };

/** A page, and the floors of the log when it was read. */
export interface Stretch extends Page {
  readonly floors: Floors;
}

export interface HistoryRequest extends ReadRequest {
  /** Whether to match private entries too. If no reader may read them, no time is spent on matching them. */
  readonly withPrivate: boolean;
  /** Returns whether a reader still waits for the page; called when the turn of the request has come. */
  readonly isWanted: () => boolean;
}

/** Selects the newest updates: their matchers, and the most updates and bytes of frames to return. */
export type NewestRequest = Pick<ReadBackRequest, "matchers" | "most" | "maxBytes">;

export interface Newest {
  /** The oldest first. */
  readonly entries: readonly Entry[];
  /** The position that was current at the call. The entries are the newest up to here; later entries lie after it. */
  readonly position: Position;
}

/** The most comparisons of patterns with entries that run in the caller's turn. A larger read gets a turn of its own. */
const COMPARED_AT_ONCE = 250;
/** The size of a page for slow patterns, in bytes. It is small because many such pages may be under way at once. */
const SLOW_PAGE_BYTES = 16 * 1024;

const isPattern = ({ kind }: Matcher): boolean => kind === "pattern";

/** Whether a pattern needs more than its literal prefix to decide. Such patterns are matched in separate turns, to delay no other work. */
export const areSlow = (matchers: readonly Matcher[]): boolean =>
  matchers.some((matcher) => isPattern(matcher) && matcher.tail === undefined) &&
  !matchers.some(({ kind }) => kind === "any");

/** The log up to the last delivered entry, with its newest part in memory. Subscribers read it. */
export class History {
  readonly #log: Log;
  readonly #recent: Record<Lane, Ring>;
  #delivered: Position;
  /** The last of the queued reads. Queued reads run one after the other, one page in each turn of the event loop. */
  #lastRead: Promise<unknown> = Promise.resolve();
  /** The turns in which slow patterns are matched. */
  readonly #turns: Turns;

  constructor(log: Log, timers: Timers, recent: Retention) {
    this.#log = log;
    this.#delivered = log.last;
    this.#turns = new Turns(timers);
    const ring = (retention: Retention) => new Ring({ retention, floor: log.last, timers });
    const { maxUpdates, maxBytes } = SUBSCRIPTIONS_RETENTION;
    const events = {
      maxUpdates: Math.min(recent.maxUpdates, maxUpdates),
      maxBytes: Math.min(recent.maxBytes, maxBytes),
      maxAgeMs: 0,
    };
    this.#recent = { updates: ring(recent), subscriptions: ring(events) };
  }

  /** The position of the newest entry that was passed to delivery. */
  get delivered(): Position {
    return this.#delivered;
  }

  /** The id of the newest delivered event, also if it is private; `earliest` if there was none. */
  get lastEventId(): string {
    return this.idAt(this.#delivered);
  }

  /** Returns the id that makes a stream resume after the position; `earliest` for the start of the log. */
  idAt(position: Position): string {
    return position === START ? "earliest" : this.#log.cursor(position);
  }

  /** The current floors of the log. */
  get floors(): Floors {
    return {
      updates: this.#log.completeAfter("updates"),
      subscriptions: this.#log.completeAfter("subscriptions"),
    };
  }

  /** Appends the entries of the log's tail to memory, and trims memory to the log's floors. */
  deliver(entries: readonly [Entry, ...Entry[]]): void {
    for (const entry of entries) {
      this.#recent[entry.lane].append(entry);
      this.#delivered = entry.position;
    }
    for (const lane of LANES) this.#recent[lane].dropUpTo(this.#log.floor(lane));
  }

  /** Returns an id for the position; see `Log.cursor`. */
  cursor(position: Position): string {
    return this.#log.cursor(position);
  }

  /**
   * Reads a page. Returns it at once if memory holds it and the search is short; otherwise returns a promise.
   * The promise rejects with HubError `log:unavailable`.
   */
  read(request: HistoryRequest): Stretch | Promise<Stretch> {
    const { lanes, after, matchers } = request;
    if (areSlow(matchers)) return this.#readSlowly(request);
    const compared = matchers.filter(isPattern).length * (this.#delivered - after);
    if (compared <= COMPARED_AT_ONCE && lanes.every((lane) => this.#isRecent(lane, after))) {
      const { floors } = this;
      return { ...this.#readRecent(request, lanes), floors };
    }
    return this.#inTurn(() => this.#readInTurn(request));
  }

  /**
   * Returns the newest updates at the time of the call, private ones too. Updates that are delivered during the read are not included.
   * @throws HubError `log:unavailable`
   */
  async newest({ matchers, most, maxBytes }: NewestRequest): Promise<Newest> {
    const position = this.#delivered;
    const isQuick = !matchers.some(isPattern);
    const entries: Entry[] = [];
    let upTo = position;
    let bytes = 0;
    let weight = 0;
    // The log trims only its oldest entries: a trim during the read leaves no hole in the result.
    const hasRoom = () => bytes < maxBytes && weight < maxBytes * WEIGHT_OF_BYTES;
    for (let isFull = false; !isFull && hasRoom() && upTo > this.#log.floor("updates"); ) {
      const rest = { most: most - entries.length, maxBytes: maxBytes - bytes };
      const request = { upTo, matchers, ...rest };
      const recent = isQuick ? this.#recentBack(request) : undefined;
      const read = recent ?? (await this.#inTurn(() => this.#readBackInTurn(request)));
      const page = areSlow(matchers) ? await this.#confirmBack(read, matchers) : read;
      for (const entry of page.entries) {
        bytes += entry.frame.bytes.length;
        weight += entry.weight;
      }
      entries.push(...page.entries);
      upTo = page.from;
      isFull = page.isFull;
    }
    return { entries: entries.reverse(), position };
  }

  /** Reads the entries that may match, then checks them with the patterns' automata, in as many turns as needed. */
  async #readSlowly(request: HistoryRequest): Promise<Stretch> {
    const { matchers, withPrivate, isWanted } = request;
    await this.#turns.next();
    const maxBytes = Math.min(request.maxBytes, SLOW_PAGE_BYTES);
    const page = await this.#readNow({ ...request, maxBytes });
    const readable = page.entries.filter((entry) => withPrivate || !entry.private);
    const entries = await this.#matching(readable, matchers, isWanted);
    return { ...page, entries };
  }

  /** Removes the entries that do not match. A full page that lost entries is no longer full, so reading continues. */
  async #confirmBack(page: PageBack, matchers: readonly Matcher[]): Promise<PageBack> {
    const entries = await this.#matching(page.entries, matchers, () => true);
    return { ...page, entries, isFull: page.isFull && entries.length === page.entries.length };
  }

  /** Returns the entries with a topic that matches; none if no reader waits for them any more. */
  async #matching(
    entries: readonly Entry[],
    matchers: readonly Matcher[],
    isWanted: () => boolean,
  ): Promise<Entry[]> {
    const matching: Entry[] = [];
    if (matchers.every(({ cost }) => cost === 0)) return [...entries];
    let slice = await this.#turns.next();
    const matches = async (topic: string): Promise<boolean> => {
      for (const matcher of matchers) {
        if (slice.isOver) slice = await this.#turns.next();
        if (matcher.matches(topic)) return true;
      }
      return false;
    };
    for (const entry of entries) {
      if (!isWanted()) return [];
      for (const topic of entry.topics) {
        if (!(await matches(topic))) continue;
        matching.push(entry);
        break;
      }
    }
    return matching;
  }

  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const result = this.#lastRead.then(read);
    this.#lastRead = result.catch(() => {});
    return result;
  }

  async #readBackInTurn(request: ReadBackRequest): Promise<PageBack> {
    await nextTurn();
    return this.#recentBack(request) ?? this.#log.readBack(request);
  }

  /** Reads backwards from memory. undefined: memory does not reach back to this position. */
  #recentBack(request: ReadBackRequest): PageBack | undefined {
    const recent = this.#recent.updates;
    recent.dropUpTo(this.#log.floor("updates"));
    return request.upTo > recent.floor ? recent.readBack(request) : undefined;
  }

  async #readInTurn(request: HistoryRequest): Promise<Stretch> {
    const { after, isWanted } = request;
    if (!isWanted()) return { entries: [], to: after, floors: this.floors };
    await nextTurn();
    return this.#readNow(request);
  }

  async #readNow(request: HistoryRequest): Promise<Stretch> {
    const { lanes, after, maxBytes } = request;
    // The floors, the choice of memory or log, and the start of each read happen in one turn: the log can't trim in between.
    const { floors } = this;
    const delivered = this.#delivered;
    const inMemory = lanes.filter((lane) => this.#isRecent(lane, after));
    const inLog = lanes.filter((lane) => !inMemory.includes(lane));
    const reading = inLog.length > 0 ? this.#log.read({ ...request, lanes: inLog }) : undefined;
    const recent = inMemory.length > 0 ? this.#readRecent(request, inMemory) : undefined;
    const kept = reading && upTo(delivered, await reading);
    const page = kept && recent ? mergePages(kept, recent, maxBytes) : (kept ?? recent);
    return { ...(page ?? { entries: [], to: delivered }), floors };
  }

  #readRecent(request: ReadRequest, lanes: readonly Lane[]): Page {
    const last = this.#delivered;
    return lanes
      .map((lane) => {
        const recent = this.#recent[lane];
        recent.dropUpTo(this.#log.floor(lane));
        const after = toPosition(Math.max(request.after, recent.floor));
        return recent.read({ ...request, after, last });
      })
      .reduce((a, b) => mergePages(a, b, request.maxBytes));
  }

  /** Whether memory holds every entry that the log has after the position. */
  #isRecent(lane: Lane, after: Position): boolean {
    const { floor } = this.#recent[lane];
    return after >= floor || floor <= this.#log.floor(lane);
  }
}

/** Cuts the page at the last delivered position: the log may hold entries that its tail has not reported yet. */
function upTo(delivered: Position, page: Page): Page {
  if (page.to <= delivered) return page;
  const entries = page.entries.filter(({ position }) => position <= delivered);
  return { entries, to: delivered };
}
