import type { HubError } from "../base/errors.ts";
import type { Matcher } from "../topics/matcher.ts";
import type { Topic } from "../topics/topic.ts";
import type { Update } from "../topics/update.ts";
import type { Chunk } from "../wire/encode.ts";

declare const position: unique symbol;

/** An update's place in the log, a whole number. It only grows; what else it means is its log's own. */
export type Position = number & { readonly [position]: true };

/** For logs, who alone know what a number means as a position. */
export const toPosition = (value: number): Position => value as Position;

/** Before everything. */
export const START = toPosition(0);

/**
 * What a log keeps apart, each with bounds of its own, in one order: the updates that were published, and the hub's own
 * subscription events, which push none of the former out.
 */
export const LANES = ["updates", "subscriptions"] as const;
export type Lane = (typeof LANES)[number];

/** By lane, a position up to which not everything is kept. */
export type Floors = Readonly<Record<Lane, Position>>;

/** An update in the log. */
export interface Entry {
  readonly position: Position;
  /** The publisher's, or the one that the log made. */
  readonly id: string;
  readonly lane: Lane;
  readonly topics: readonly Topic[];
  readonly private: boolean;
  /** When it was appended, in milliseconds since 1970. */
  readonly at: number;
  /** As text/event-stream, encoded once; the bytes are nobody's to change. */
  readonly frame: Chunk;
  /** How many bytes it takes in memory at most: frame, topics, ids and their rows in indexes. */
  readonly weight: number;
}

/** Makes a repeated request harmless. Only digests of the three are kept. */
export interface Receipt {
  /** Keys of different publishers never meet. */
  readonly publisher: string;
  readonly key: string;
  /** Of the whole request: the same key with another body is a mistake. */
  readonly bodyHash: string;
}

/** One subscription that began or ended. */
export interface SubscriptionEvent {
  /** Its topic, in the hub's namespace. */
  readonly topic: Topic;
  /** The JSON document. */
  readonly document: string;
}

/** Puts the record of a subscriber that is active, or removes it. */
export interface ActiveRecord {
  readonly subscriber: string;
  /** The caller's own text; undefined: the subscriber has ended. */
  readonly record: string | undefined;
}

export interface SubscriptionsAppend {
  readonly lane: "subscriptions";
  readonly events: readonly SubscriptionEvent[];
  /** The events end with the process, and nobody waits for a disk because of them. */
  readonly volatile?: boolean;
  /** Written with the events, which MUST NOT be volatile. */
  readonly active?: ActiveRecord;
}

export type Append =
  | { readonly lane: "updates"; readonly updates: readonly Update[]; readonly receipt?: Receipt }
  | SubscriptionsAppend;

export type Appended =
  | { readonly outcome: "appended"; readonly ids: readonly string[] }
  /** The receipt was there already: the ids are those of the first time, and nothing was appended. */
  | { readonly outcome: "repeated"; readonly ids: readonly string[] }
  /** The receipt's key was there already with another body; nothing was appended. */
  | { readonly outcome: "conflict" };

/** A page may weigh this many times its bytes of frames: tiny frames with many topics would be a large page else. */
export const WEIGHT_OF_BYTES = 16;

export interface ReadRequest {
  readonly after: Position;
  /** Entries that may match at least one (`Matcher.mayMatch`), and all that do; empty: none do. */
  readonly matchers: readonly Matcher[];
  readonly lanes: readonly Lane[];
  /** Stops before the entry that would go over this many bytes of frames, or over `WEIGHT_OF_BYTES` times as much weight; gives at least one. */
  readonly maxBytes: number;
}

/** A stretch of the log: all entries in (`after`, `to`] that may match, in order. */
export interface Page {
  readonly entries: readonly Entry[];
  /** May lie behind the last entry, and before `last` without one: a page also ends when it has taken its time. */
  readonly to: Position;
}

export interface ReadBackRequest {
  /** Where to begin; MUST NOT lie beyond the log's `last`. */
  readonly upTo: Position;
  /** Entries that may match at least one (`Matcher.mayMatch`), and all that do; empty: none do. */
  readonly matchers: readonly Matcher[];
  /** Stops with so many entries; at least one. */
  readonly most: number;
  /** Stops before the entry that would go over this many bytes of frames, or over `WEIGHT_OF_BYTES` times as much weight; gives at least one. */
  readonly maxBytes: number;
}

/** A stretch of the updates, read backwards: all entries in (`from`, `upTo`] that may match, the newest first. */
export interface PageBack {
  readonly entries: readonly Entry[];
  /** The updates' floor where all of it was looked at, or beyond it: a page also ends when it has taken its time. */
  readonly from: Position;
  /** It has what was asked for: nothing older is wanted. */
  readonly isFull: boolean;
}

/** What is kept; beyond any one of them, the oldest goes. */
export interface Retention {
  readonly maxUpdates: number;
  /** Of all that is kept: frames, topics, ids, their rows in indexes, and receipts. A file is no larger; see `lmdb/size.ts`. */
  readonly maxBytes: number;
  /** Milliseconds; 0: as long as there is room. */
  readonly maxAgeMs: number;
}

/** Of the lane `subscriptions`, at most: its bytes are a share of what is configured, see `sharesOf`. */
export const SUBSCRIPTIONS_RETENTION: Retention = {
  maxUpdates: 10_000,
  maxBytes: 16 * 1024 * 1024,
  maxAgeMs: 0,
};

/** How long a receipt is kept, in milliseconds, and how many at most, see `sharesOf`: the oldest go first. */
export const RECEIPTS = { maxAgeMs: 10 * 60_000, most: 100_000 } as const;

/**
 * Is told of a commit.
 * @param takenAt when the log began with it, by `Timers.elapsed`: to tell how long it took until somebody has it
 */
export type Listener = (entries: readonly [Entry, ...Entry[]], takenAt: number) => void;

/**
 * Where updates are kept, in one total order. Every driver passes log/contract.ts.
 *
 * - Positions MUST grow, and MUST be handed to the tail in order, none twice. None MUST be given again after a restart.
 * - `append` MUST be all or nothing, and MUST resolve only when its entries are as durable as the driver promises.
 * - Volatile events have positions in the same order. After a restart they are gone, and `completeAfter` MUST lie beyond them; where there
 *   were none it MUST be the floor.
 * - An id that the log makes MUST be opaque and a valid URI, and MUST NOT be made twice, not after a restart either.
 */
export interface Log {
  /** The newest entry's position; 0 if there never was one. */
  readonly last: Position;
  /**
   * Resolves with the reason when the log is lost for good: another process has taken it, or its files are gone. It is noticed within
   * seconds, also while nothing is appended. From then on nothing is acknowledged, and the process MUST end.
   */
  readonly lost: Promise<HubError>;
  /**
   * Appends in the order of the calls. The tail has the entries before the promise resolves.
   * @throws HubError `log:unavailable`, with nothing appended
   * @throws HubError `log:owned`, with nothing appended, now and from now on: another process has taken the log
   */
  append(append: Append): Promise<Appended>;
  /** Calls back with what each commit brought, in order. To be called once, before the first append. */
  tail(listener: Listener): void;
  /**
   * The newest position of the lane that is no longer kept, or is about to go; 0 if all of it is kept.
   * What lies beyond it is there for a `read` that is called in the same step, with no `await` between: so look here first, then read.
   */
  floor(lane: Lane): Position;
  /** The lane is complete after this position. Between the floor and here, volatile events are missing. */
  completeAfter(lane: Lane): Position;
  /**
   * Where a client goes on that has seen the event with this id; undefined: this log never had it, or no longer knows.
   * An id that the log made is found even when its entry was trimmed. Of entries with the same id of publishers' own, the earliest kept counts.
   */
  locate(id: string): Promise<Position | undefined>;
  /** An id that `locate` takes to this position, for wherever there is no entry's own. */
  cursor(position: Position): string;
  /**
   * Costs what it returns, where all matchers are exact; and it takes at most a few milliseconds, and goes on at the next call.
   * It looks at the call, not later.
   * @throws HubError `log:unavailable`
   */
  read(request: ReadRequest): Promise<Page>;
  /**
   * Reads the updates that are kept from their end: of the same cost as `read`, and at the call too.
   * @throws HubError `log:unavailable`
   */
  readBack(request: ReadBackRequest): Promise<PageBack>;
  /** The records of the subscribers that the process before left active: it died, or did not end them. */
  leftActive(): readonly string[];
  /**
   * Lets go of what is over its age, and of all else that is over a bound.
   * @throws HubError `log:unavailable`
   */
  trim(): Promise<void>;
  /** Waits for appends under way, and takes no more. Idempotent. */
  close(): Promise<void>;
}
