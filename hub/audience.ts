import type { Reader } from "./auth/reader.ts";
import type { Step, Traffic } from "./connection.ts";
import { encodeGap, join, NOTHING } from "./encode.ts";
import { Group } from "./group.ts";
import type { History, Stretch } from "./history.ts";
import { type Entry, LANES, type Lane, type Position, toPosition } from "./log/types.ts";
import type { Matcher } from "./matcher.ts";
import type { PageCache } from "./page-cache.ts";
import { Pulse } from "./pulse.ts";
import { SharedPage } from "./shared-page.ts";
import type { Timers } from "./timers.ts";

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
  /** Nobody listens any more. */
  readonly onEmpty: (audience: Audience) => void;
}

/** All that listen to the same topics, in groups that may see the same. It cuts what they read into pages, once for all of them. */
export class Audience {
  readonly key: string;
  readonly matchers: readonly Matcher[];
  readonly #options: AudienceOptions;
  readonly #history: History;
  readonly #lanes: readonly Lane[];
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
    this.#lanes = lanesOf(options.matchers);
  }

  /** The group of those who may read what the reader may. */
  group(reader: Reader): Group {
    const known = this.#groups.get(reader.grantsKey);
    if (known) return known.group;
    const { timers, heartbeatMs } = this.#options;
    const pulse = new Pulse(this.#history, heartbeatMs);
    const group = new Group({
      timers,
      heartbeatMs,
      heartbeat: () => pulse.beat(),
      feed: { next: (position, gapTold) => this.#next(position, gapTold, reader) },
      onJoin: () => pulse.tellAnew(),
      onEmpty: () => this.#drop(reader),
    });
    this.#groups.set(reader.grantsKey, { reader, group });
    return group;
  }

  /** Hands it what was just delivered of its topics. */
  deliver(entries: readonly [Entry, ...Entry[]]): void {
    const from = this.#end;
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
  #next(position: Position, gapTold: Position, reader: Reader): Step | Promise<Step> | undefined {
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
  #replay(page: SharedPage, gapTold: Position, reader: Reader): Step {
    const step = page.stepFor(reader);
    this.#options.traffic.replayed += step.chunk.events;
    const floors = readable(this.#lanes, reader).map((lane) => page.floors[lane]);
    const floor = toPosition(Math.max(...floors));
    if (floor <= page.from || floor <= gapTold) return step;
    this.#options.traffic.gaps += 1;
    const earliest = toPosition(Math.max(page.from, Math.min(...floors)));
    const gap = encodeGap({
      requested: this.#history.cursor(page.from),
      continuesAfter: this.#history.cursor(earliest),
    });
    const to = toPosition(Math.max(step.to, earliest));
    return { chunk: join([gap, step.chunk]), to, gapTold: floor };
  }

  #read(after: Position): SharedPage | Promise<SharedPage> {
    const { matchers } = this;
    const isWanted = () => this.#groups.size > 0;
    const read = this.#history.read({
      after,
      matchers,
      lanes: this.#lanes,
      maxBytes: PAGE_BYTES,
      isWanted,
    });
    const keep = ({ entries, to, floors }: Stretch) =>
      this.#keep(new SharedPage(after, entries, to, floors));
    if (!(read instanceof Promise)) return keep(read);
    const page = read.then(keep, (error: unknown) => {
      this.#pages.delete(after);
      throw error;
    });
    this.#pages.set(after, page);
    return page;
  }

  #keep(page: SharedPage): SharedPage {
    this.#forget(page.from);
    // Nobody waits for it any more.
    if (this.#groups.size === 0) return page;
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
    if (this.#groups.size > 0) return;
    for (const page of this.#pages.values()) {
      if (page instanceof SharedPage) this.#options.cache.drop(page);
    }
    this.#pages.clear();
    this.#forgetLast();
    this.#options.onEmpty(this);
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
  let bytes = first.frame.bytes.length;
  const end = others.findIndex((entry) => {
    bytes += entry.frame.bytes.length;
    return bytes > PAGE_BYTES;
  });
  return end === -1 ? entries : [first, ...others.slice(0, end)];
}
