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

/** What is kept decoded in memory of each lane, for those who lag or were away for a moment. Its bytes are entries' weight. */
export const RECENT: Retention = { maxUpdates: 100_000, maxBytes: 32 * 1024 * 1024, maxAgeMs: 0 };

/** A page, and what was kept when it was read. */
export interface Stretch extends Page {
  readonly floors: Floors;
}

export interface HistoryRequest extends ReadRequest {
  /** Whether private entries are asked for too: no time is spent on matching those that nobody may read. */
  readonly withPrivate: boolean;
  /** Whether anybody still waits for it, when its turn has come. */
  readonly isWanted: () => boolean;
}

/** Which updates are wanted, and how many of them, and how many bytes of frames at most. */
export type NewestRequest = Pick<ReadBackRequest, "matchers" | "most" | "maxBytes">;

export interface Newest {
  /** The oldest first. */
  readonly entries: readonly Entry[];
  /** There is nothing newer up to here; what came later lies beyond it. */
  readonly position: Position;
}

/** So many times a pattern is compared with an update's topics in the turn of the one who asks; more has a turn of its own. */
const COMPARED_AT_ONCE = 250;
/** A page of slow patterns, in bytes: many such pages may be under way at once. */
const SLOW_PAGE_BYTES = 16 * 1024;

const isPattern = ({ kind }: Matcher): boolean => kind === "pattern";

/** Whether there are patterns that more than a literal prefix decides about. They are matched in turns of their own, and hold up no others. */
export const areSlow = (matchers: readonly Matcher[]): boolean =>
  matchers.some((matcher) => isPattern(matcher) && matcher.tail === undefined) &&
  !matchers.some(({ kind }) => kind === "any");

/** The log as its readers see it: up to where deliveries have come, with its newest part in memory. */
export class History {
  readonly #log: Log;
  readonly #recent: Record<Lane, Ring>;
  #delivered: Position;
  /** What can't be read at once is read one page a turn of the event loop. */
  #lastRead: Promise<unknown> = Promise.resolve();
  /** For slow patterns. */
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

  /** The newest position that was handed to the connections. */
  get delivered(): Position {
    return this.#delivered;
  }

  /** The id of the newest event that was delivered, whoever may see it; `earliest`, if there was none. */
  get lastEventId(): string {
    return this.idAt(this.#delivered);
  }

  /** The id after which a stream goes on behind the position; `earliest`, if that is before everything. */
  idAt(position: Position): string {
    return position === START ? "earliest" : this.#log.cursor(position);
  }

  /** What is kept now. */
  get floors(): Floors {
    return {
      updates: this.#log.completeAfter("updates"),
      subscriptions: this.#log.completeAfter("subscriptions"),
    };
  }

  /** Takes what the log's tail has brought. */
  deliver(entries: readonly [Entry, ...Entry[]]): void {
    for (const entry of entries) {
      this.#recent[entry.lane].append(entry);
      this.#delivered = entry.position;
    }
    for (const lane of LANES) this.#recent[lane].dropUpTo(this.#log.floor(lane));
  }

  /** An id for the position; see `Log.cursor`. */
  cursor(position: Position): string {
    return this.#log.cursor(position);
  }

  /** At once, where memory has it and it takes no time to find. The promise rejects with HubError `log:unavailable`. */
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
   * The newest updates, private ones too, as they were at the call: what is delivered while it reads is not among them.
   * @throws HubError `log:unavailable`
   */
  async newest({ matchers, most, maxBytes }: NewestRequest): Promise<Newest> {
    const position = this.#delivered;
    const isQuick = !matchers.some(isPattern);
    const entries: Entry[] = [];
    let upTo = position;
    let bytes = 0;
    let weight = 0;
    // What is let go of meanwhile is the oldest: there is no hole in what was found.
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

  /** Reads what may match, and asks the automata about it in as many turns as that takes. */
  async #readSlowly(request: HistoryRequest): Promise<Stretch> {
    const { matchers, withPrivate, isWanted } = request;
    await this.#turns.next();
    const maxBytes = Math.min(request.maxBytes, SLOW_PAGE_BYTES);
    const page = await this.#readNow({ ...request, maxBytes });
    const readable = page.entries.filter((entry) => withPrivate || !entry.private);
    const entries = await this.#matching(readable, matchers, isWanted);
    return { ...page, entries };
  }

  /** A page that has less than it was full of is read on. */
  async #confirmBack(page: PageBack, matchers: readonly Matcher[]): Promise<PageBack> {
    const entries = await this.#matching(page.entries, matchers, () => true);
    return { ...page, entries, isFull: page.isFull && entries.length === page.entries.length };
  }

  /** The entries with a topic that matches; none, if nobody waits for them any more. */
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

  /** undefined: memory has nothing that goes back so far. */
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
    // What is kept, where it is, and the reads of it are one step: nothing can be let go in between.
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

  /** Whether memory has all that the log has after the position. */
  #isRecent(lane: Lane, after: Position): boolean {
    const { floor } = this.#recent[lane];
    return after >= floor || floor <= this.#log.floor(lane);
  }
}

/** The log may have more than its tail has told of yet. */
function upTo(delivered: Position, page: Page): Page {
  if (page.to <= delivered) return page;
  const entries = page.entries.filter(({ position }) => position <= delivered);
  return { entries, to: delivered };
}
