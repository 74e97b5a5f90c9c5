import type { Reader } from "./auth/reader.ts";
import type { Step, Traffic } from "./connection.ts";
import { encodeGap, NOTHING } from "./encode.ts";
import { Group } from "./group.ts";
import type { History } from "./history.ts";
import { type Entry, type Lane, type Position, toPosition } from "./log/types.ts";
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
    const tip = new SharedPage(from, page, lastPosition(page));
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
    const gap = this.#gap(position, gapTold, reader);
    if (gap) return gap;
    const page =
      this.#last?.from === position
        ? this.#last
        : (this.#pages.get(position) ?? this.#read(position));
    return page instanceof Promise
      ? page.then((read) => this.#replay(read, reader))
      : this.#replay(page, reader);
  }

  #replay(page: SharedPage, reader: Reader): Step {
    const step = page.stepFor(reader);
    this.#options.traffic.replayed += step.chunk.events;
    return step;
  }

  /** A reader so slow that history has gone on without it is told so, once, and goes on with all that is kept. */
  #gap(position: Position, gapTold: Position, reader: Reader): Step | undefined {
    const lanes = readable(this.#lanes, reader);
    const floor = this.#history.floor(lanes);
    if (floor <= position || floor <= gapTold) return undefined;
    const to = toPosition(Math.max(position, this.#history.earliest(lanes)));
    this.#options.traffic.gaps += 1;
    const requested = this.#history.cursor(position);
    const continuesAfter = this.#history.cursor(to);
    return { chunk: encodeGap({ requested, continuesAfter }), to, gapTold: floor };
  }

  #read(after: Position): SharedPage | Promise<SharedPage> {
    const { matchers } = this;
    const request = { after, matchers, lanes: this.#lanes, maxBytes: PAGE_BYTES };
    const read = this.#history.read(request);
    if (!(read instanceof Promise)) return this.#keep(new SharedPage(after, read.entries, read.to));
    const page = read.then(
      ({ entries, to }) => this.#keep(new SharedPage(after, entries, to)),
      (error: unknown) => {
        this.#pages.delete(after);
        throw error;
      },
    );
    this.#pages.set(after, page);
    return page;
  }

  #keep(page: SharedPage): SharedPage {
    this.#pages.delete(page.from);
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
