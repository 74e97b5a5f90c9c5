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

/** A page's frames, in bytes: beyond it, a write costs no less for each of them. */
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
  /** Tells whether all that was delivered has been handed to the audiences that it may concern. */
  readonly isSettled: () => boolean;
  /** Looking for what concerns it has failed. */
  readonly onError: (error: unknown) => void;
  /** The first has come who may read subscription events, or the last has gone. */
  readonly onWatch: (audience: Audience, isWatching: boolean) => void;
  /** Nobody listens any more. */
  readonly onEmpty: (audience: Audience) => void;
}

/** The most that somebody of an audience may read: nothing else is matched for it. */
interface Scope {
  readonly lanes: readonly Lane[];
  readonly private: boolean;
}

/** All that listen to the same topics, in groups that may see the same. It cuts what they read into pages, once for all of them. */
export class Audience {
  readonly key: string;
  readonly matchers: readonly Matcher[];
  /** Whether it finds out by reading what concerns it, in turns of its own, when it is told to `look`. */
  readonly looks: boolean;
  readonly #options: AudienceOptions;
  readonly #history: History;
  readonly #lanes: readonly Lane[];
  #scope: Scope = { lanes: UPDATES, private: false };
  /** Up to where it has looked; undefined: it need not look. */
  #looked: Position | undefined;
  /** Up to where it has to look. */
  #lookTo: Position;
  /** By their grants. */
  readonly #groups = new Map<string, { readonly reader: Reader; readonly group: Group }>();
  /** Beyond this there is nothing for it: its newest update's position, or what was delivered when it came to be. */
  #end: Position;
  /** What a delivery brings, while it does: nearly all connections stand right before it. */
  #tip: SharedPage | undefined;
  /** What was read last up to the end, until there is more or its room is needed. */
  #last: SharedPage | undefined;
  /** Pages for those that stand elsewhere, by where they begin. */
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

  /** The group of those who may read what the reader may. */
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

  /** Whether somebody here may be able to read the entry. */
  mayRead(entry: Entry): boolean {
    return !entry.private || this.#scope.private;
  }

  /** Has it look in (`after`, `to`] for what concerns it. It MUST be told so of all that may, in order. */
  look(after: Position, to: Position): void {
    this.#lookTo = to;
    if (this.#looked !== undefined) return;
    this.#looked = after;
    void this.#lookOn(after);
  }

  /** Reads page by page what may concern it, and hands on what does. */
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
      // Each connection reads for itself, and is ended where that fails too.
      this.#skipTo(this.#lookTo);
    }
    this.#looked = undefined;
  }

  /** Leaves it to each connection to read up to here, and to be told of a gap. */
  #skipTo(end: Position): void {
    this.#end = toPosition(Math.max(this.#end, end));
    for (const { group } of this.#groups.values()) group.advance();
  }

  /** Hands it what was just delivered and concerns it. */
  deliver(delivered: readonly [Entry, ...Entry[]]): void {
    const from = this.#end;
    // It may have come to be after these were delivered: then it began behind them.
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
    // Who did not take it reads it again, from what all audiences have in common.
    this.#tip = undefined;
  }

  /** What the reader gets after the position; see `Feed`. */
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
    // What the log has let go of since is nobody's to read any more.
    const { floors } = this.#history;
    const isWhole = LANES.every((lane) => floors[lane] <= Math.max(position, page.floors[lane]));
    return isWhole ? page : undefined;
  }

  /** What a page brings; a reader behind whose back history was let go is told so, once, and goes on with all that is kept. */
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
    // Nobody waits for it any more, or those who have come since may read more.
    if (this.#groups.size === 0 || scope !== this.#scope) return page;
    if (page.to >= this.#history.delivered) {
      // It will be cut anew when there is more.
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
    // Pages have what their readers could see, and what nobody could see was not handed over.
    this.#forgetAll();
    this.#skipTo(this.#history.delivered);
    if (lanes !== before.lanes) this.#options.onWatch(this, lanes === UPDATES_AND_SUBSCRIPTIONS);
  }
}

/** What a subscriber with these matchers can lose. Subscription events are private. */
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

/** As many as a page takes, and at least one. */
function firstPage(entries: readonly [Entry, ...Entry[]]): readonly [Entry, ...Entry[]] {
  const [first, ...others] = entries;
  const room = new PageRoom(PAGE_BYTES);
  room.take(first);
  const end = others.findIndex((entry) => !room.take(entry));
  return end === -1 ? entries : [first, ...others.slice(0, end)];
}
