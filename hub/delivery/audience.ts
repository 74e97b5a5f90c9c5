import type { Reader } from "../auth/reader.ts";
import type { Timers } from "../base/timers.ts";
import {
  type Entry,
  type Floors,
  LANES,
  type Lane,
  type Position,
  toPosition,
} from "../log/log.ts";
import { PageRoom } from "../log/page.ts";
import type { Step, Traffic } from "../streams/connection.ts";
import type { Matcher } from "../topics/matcher.ts";
import { encodeGap, join, NOTHING } from "../wire/encode.ts";
import { Group } from "./group.ts";
import { areSlow, type History, type HistoryRequest, type Stretch } from "./history.ts";
import type { PageCache } from "./page-cache.ts";
import { Pulse } from "./pulse.ts";
import { SharedPage } from "./shared-page.ts";

/** The size of a page's frames, in bytes. Larger writes cost no less for each frame. */
const PAGE_BYTES = 64 * 1024;

const UPDATES: readonly Lane[] = ["updates"];
const UPDATES_AND_SUBSCRIPTIONS: readonly Lane[] = ["updates", "subscriptions"];

export interface AudienceOptions {
  readonly key: string;
  readonly matchers: readonly Matcher[];
  readonly history: History;
  readonly cache: PageCache;
  readonly traffic: Traffic;
  readonly timers: Timers;
  readonly heartbeatMs: number;
  /** Returns whether every delivered entry has been passed to all audiences that it may concern. */
  readonly isSettled: () => boolean;
  /** Called when the search for matching entries, or a delivery, has failed. */
  readonly onError: (error: unknown) => void;
  /** Called when the first reader with access to subscription events joins (true), and when the last one leaves (false). */
  readonly onWatch: (audience: Audience, isWatching: boolean) => void;
  /** Called when the last group has become empty. */
  readonly onEmpty: (audience: Audience) => void;
}

/** The entries that at least one reader of an audience may read. Other entries are not matched for the audience. */
interface Scope {
  readonly lanes: readonly Lane[];
  readonly private: boolean;
}

/**
 * The subscribers of one set of matchers, in groups of readers with the same grants. It reads the log in pages, and shares each page
 * among all of them.
 */
export class Audience {
  readonly key: string;
  readonly matchers: readonly Matcher[];
  /** Whether the audience finds its entries itself: `look` reads and matches them in separate turns of the event loop. */
  readonly looks: boolean;
  readonly #options: AudienceOptions;
  readonly #history: History;
  readonly #lanes: readonly Lane[];
  #scope: Scope = { lanes: UPDATES, private: false };
  /** The position up to which `look` has searched; undefined: no search is under way. */
  #looked: Position | undefined;
  /** The position up to which `look` has to search. */
  #lookTo: Position;
  /** Groups by the grants of their readers. */
  readonly #groups = new Map<string, { readonly reader: Reader; readonly group: Group }>();
  /** No entry after this position concerns it. It is the newest matching entry, or the last delivered one when the audience was made. */
  #end: Position;
  /** The page of the current delivery, only while it runs. The position of nearly all connections is right before it. */
  #tip: SharedPage | undefined;
  /** The last page that was read up to the end. It is dropped when there are newer entries, or when the cache needs its room. */
  #last: SharedPage | undefined;
  /** Pages for connections at other positions, by the position that each page begins after. */
  readonly #pages = new Map<Position, SharedPage | Promise<SharedPage>>();

  constructor(options: AudienceOptions) {
    this.key = options.key;
    this.matchers = options.matchers;
    this.#options = options;
    this.#history = options.history;
    this.#end = options.history.delivered;
    this.#lookTo = this.#end;
    this.#lanes = lanesOf(options.matchers);
    this.looks = areSlow(options.matchers);
  }

  /** Returns the group of the readers with the same grants as this reader. */
  group(reader: Reader): Group {
    const known = this.#groups.get(reader.grantsKey);
    if (known) return known.group;
    const { timers, heartbeatMs } = this.#options;
    const isSettled = () => this.#looked === undefined && this.#options.isSettled();
    const pulse = new Pulse(this.#history, heartbeatMs, isSettled);
    const group = new Group({
      timers,
      heartbeatMs,
      heartbeat: () => pulse.beat(),
      feed: { next: (position, gapTold) => this.#next(position, gapTold, reader) },
      onJoin: () => pulse.tellAnew(),
      onEmpty: () => this.#drop(reader),
    });
    this.#groups.set(reader.grantsKey, { reader, group });
    this.#setScope();
    return group;
  }

  /** Whether a reader of this audience may be able to read the entry. */
  mayRead(entry: Entry): boolean {
    return !entry.private || this.#scope.private;
  }

  /** Searches the entries in (`after`, `to`] for matches. MUST be called for each range that may hold a match, in order. */
  look(after: Position, to: Position): void {
    this.#lookTo = to;
    if (this.#looked !== undefined) return;
    this.#looked = after;
    void this.#lookOn(after);
  }

  /** Reads page by page the entries that may match, and delivers those that match. */
  async #lookOn(from: Position): Promise<void> {
    try {
      for (let after = from; after < this.#lookTo && this.#groups.size > 0; ) {
        const page = await this.#history.read(this.#request(after));
        const [first, ...others] = page.entries;
        const { lanes } = this.#scope;
        if (lanes.some((lane) => page.floors[lane] > after)) this.#skipTo(page.to);
        else if (first) this.deliver([first, ...others]);
        after = page.to;
        this.#looked = after;
      }
    } catch (error) {
      this.#options.onError(error);
      // Each connection then reads for itself. If that fails too, the connection is ended.
      this.#skipTo(this.#lookTo);
    }
    this.#looked = undefined;
  }

  /** Makes each connection read up to this position itself; a gap is reported to it there. */
  #skipTo(end: Position): void {
    this.#end = toPosition(Math.max(this.#end, end));
    for (const { group } of this.#groups.values()) group.advance();
  }

  /** Sends the newest delivered entries, which all match, to the connections of this audience. */
  deliver(delivered: readonly [Entry, ...Entry[]]): void {
    const from = this.#end;
    // The audience may be newer than some of these entries: it begins after them.
    const [first, ...others] = delivered.filter(({ position }) => position > from);
    if (!first) return;
    const entries = [first, ...others] as const;
    this.#end = lastPosition(entries);
    const page = firstPage(entries);
    const tip = new SharedPage(from, page, lastPosition(page), this.#history.floors);
    this.#tip = tip;
    this.#forgetLast();
    for (const { reader, group } of this.#groups.values()) {
      if (tip.stepFor(reader).chunk !== NOTHING) group.sent();
      group.advance();
    }
    // A connection that could not write it reads it again, from the history that all audiences share.
    this.#tip = undefined;
  }

  /** Returns the next write for the reader after the position; see `Feed`. */
  #next(position: Position, gapTold: Floors, reader: Reader): Step | Promise<Step> | undefined {
    if (position >= this.#end) return undefined;
    const tip = this.#tip;
    if (tip !== undefined && position >= tip.from && position < tip.first) {
      return tip.stepFor(reader);
    }
    const page = this.#kept(position) ?? this.#read(position);
    return page instanceof Promise
      ? page.then((read) => this.#replay(read, gapTold, reader))
      : this.#replay(page, gapTold, reader);
  }

  #kept(position: Position): SharedPage | Promise<SharedPage> | undefined {
    const page = this.#last?.from === position ? this.#last : this.#pages.get(position);
    if (!(page instanceof SharedPage)) return page;
    // A page with entries that the log has trimmed since MUST NOT be read any more.
    const { floors } = this.#history;
    const isWhole = LANES.every((lane) => floors[lane] <= Math.max(position, page.floors[lane]));
    return isWhole ? page : undefined;
  }

  /** Makes the write of a page. If history after the reader's position was trimmed, reports the gap once and continues with the rest. */
  #replay(page: SharedPage, gapTold: Floors, reader: Reader): Step {
    const step = page.stepFor(reader);
    this.#options.traffic.replayed += step.chunk.events;
    const lanes = readable(this.#lanes, reader);
    const isWhole = lanes.every((lane) => page.floors[lane] <= Math.max(page.from, gapTold[lane]));
    if (isWhole) return step;
    this.#options.traffic.gaps += 1;
    const floors = lanes.map((lane) => page.floors[lane]);
    const earliest = toPosition(Math.max(page.from, Math.min(...floors)));
    const gap = encodeGap({
      requested: this.#history.cursor(page.from),
      continuesAfter: this.#history.cursor(earliest),
    });
    const to = toPosition(Math.max(step.to, earliest));
    return { chunk: join([gap, step.chunk]), to, gapTold: page.floors };
  }

  #read(after: Position): SharedPage | Promise<SharedPage> {
    const scope = this.#scope;
    const read = this.#history.read(this.#request(after));
    const keep = ({ entries, to, floors }: Stretch) =>
      this.#keep(new SharedPage(after, entries, to, floors), scope);
    if (!(read instanceof Promise)) return keep(read);
    const page = read.then(keep, (error: unknown) => {
      this.#pages.delete(after);
      throw error;
    });
    this.#pages.set(after, page);
    return page;
  }

  #request(after: Position): HistoryRequest {
    const { matchers } = this;
    const { lanes, private: withPrivate } = this.#scope;
    const isWanted = () => this.#groups.size > 0;
    return { after, matchers, lanes, withPrivate, maxBytes: PAGE_BYTES, isWanted };
  }

  #keep(page: SharedPage, scope: Scope): SharedPage {
    this.#forget(page.from);
    // No reader waits for it any more, or readers that joined since may read more.
    if (this.#groups.size === 0 || scope !== this.#scope) return page;
    if (page.to >= this.#history.delivered) {
      // It will be read anew when there are newer entries.
      this.#forgetLast();
      this.#last = page;
      this.#options.cache.keep(page, () => {
        this.#last = undefined;
      });
      return page;
    }
    if (page.to === page.from) return page;
    this.#pages.set(page.from, page);
    this.#options.cache.keep(page, () => this.#pages.delete(page.from));
    return page;
  }

  #forget(from: Position): void {
    const page = this.#pages.get(from);
    if (page instanceof SharedPage) this.#options.cache.drop(page);
    this.#pages.delete(from);
  }

  #forgetLast(): void {
    if (this.#last) this.#options.cache.drop(this.#last);
    this.#last = undefined;
  }

  #drop(reader: Reader): void {
    this.#groups.delete(reader.grantsKey);
    this.#setScope();
    if (this.#groups.size > 0) return;
    this.#forgetAll();
    this.#options.onEmpty(this);
  }

  #forgetAll(): void {
    for (const page of this.#pages.values()) {
      if (page instanceof SharedPage) this.#options.cache.drop(page);
    }
    this.#pages.clear();
    this.#forgetLast();
  }

  #setScope(): void {
    const readers = [...this.#groups.values()].map(({ reader }) => reader);
    const lanes = readers.some((reader) => reader.mayReadSubscriptions) ? this.#lanes : UPDATES;
    const mayReadPrivate = readers.some(({ grantsKey }) => grantsKey !== "");
    const before = this.#scope;
    if (lanes === before.lanes && mayReadPrivate === before.private) return;
    this.#scope = { lanes, private: mayReadPrivate };
    // Kept pages hold only entries that the old scope could read, and entries outside the old scope were not delivered.
    this.#forgetAll();
    this.#skipTo(this.#history.delivered);
    if (lanes !== before.lanes) this.#options.onWatch(this, lanes === UPDATES_AND_SUBSCRIPTIONS);
  }
}

/** Returns the lanes whose entries a subscriber with these matchers may get. Subscription events are private. */
export function lanesFor(matchers: readonly Matcher[], reader: Reader): readonly Lane[] {
  return readable(lanesOf(matchers), reader);
}

function lanesOf(matchers: readonly Matcher[]): readonly Lane[] {
  const both = matchers.some(({ mayMatchReserved }) => mayMatchReserved);
  return both ? UPDATES_AND_SUBSCRIPTIONS : UPDATES;
}

function readable(lanes: readonly Lane[], reader: Reader): readonly Lane[] {
  return reader.mayReadSubscriptions ? lanes : UPDATES;
}

function lastPosition(entries: readonly [Entry, ...Entry[]]): Position {
  return (entries[entries.length - 1] ?? entries[0]).position;
}

/** Returns as many entries as fit in a page, and at least one. */
function firstPage(entries: readonly [Entry, ...Entry[]]): readonly [Entry, ...Entry[]] {
  const [first, ...others] = entries;
  const room = new PageRoom(PAGE_BYTES);
  room.take(first);
  const end = others.findIndex((entry) => !room.take(entry));
  return end === -1 ? entries : [first, ...others.slice(0, end)];
}
