import type { HubError } from "../base/errors.ts";
import type { Matcher } from "../topics/matcher.ts";
import type { Topic } from "../topics/topic.ts";
import type { Update } from "../topics/update.ts";
import type { Chunk } from "../wire/encode.ts";

declare const position: unique symbol;

/** The position of an update in the log, a whole number. It only grows. Any other meaning is private to the log. */
export type Position = number & { readonly [position]: true };

/** Makes a position of a number. For logs only, because they alone know what the number means. */
export const toPosition = (value: number): Position => value as Position;

/** The position before all entries. */
export const START = toPosition(0);

/**
 * The lanes of a log: the published updates, and the hub's own subscription events.
 * Each lane has its own bounds, so subscription events never evict updates. Both lanes share one order.
 */
export const LANES = ["updates", "subscriptions"] as const;
export type Lane = (typeof LANES)[number];

/** The position of each lane after which no entry is missing. */
export type Floors = Readonly<Record<Lane, Position>>;

/** An update in the log. */
export interface Entry {
  readonly position: Position;
  /** The publisher's id, or the id that the log made. */
  readonly id: string;
  readonly lane: Lane;
  readonly topics: readonly Topic[];
  readonly private: boolean;
  /** The time of the append, in milliseconds since 1970. */
  readonly at: number;
  /** The update as text/event-stream, encoded once. The bytes MUST NOT be changed. */
  readonly frame: Chunk;
  /** The most bytes that the entry takes in memory: its frame, topics, ids and their rows in the indexes. */
  readonly weight: number;
}

/** The idempotency data of a request: a repeated request appends nothing. The log keeps only digests of the three fields. */
export interface Receipt {
  /** Keys are separate for each publisher. */
  readonly publisher: string;
  readonly key: string;
  /** The hash of the whole request. The same key with another body is a conflict. */
  readonly bodyHash: string;
}

/** The begin or the end of one subscription. */
export interface SubscriptionEvent {
  /** The topic of the event, in the hub's namespace. */
  readonly topic: Topic;
  /** The JSON document of the event. */
  readonly document: string;
}

/** Stores the record of an active subscriber, or removes it. */
export interface ActiveRecord {
  readonly subscriber: string;
  /** Any text of the caller. undefined: the subscriber has ended. */
  readonly record: string | undefined;
}

export interface SubscriptionsAppend {
  readonly lane: "subscriptions";
  readonly events: readonly SubscriptionEvent[];
  /** The events are lost when the process ends. Their append does not wait for the disk. */
  readonly volatile?: boolean;
  /** Written together with the events. The events MUST NOT be volatile then. */
  readonly active?: ActiveRecord;
}

export type Append =
  | { readonly lane: "updates"; readonly updates: readonly Update[]; readonly receipt?: Receipt }
  | SubscriptionsAppend;

export type Appended =
  | { readonly outcome: "appended"; readonly ids: readonly string[] }
  /** The receipt existed already. The ids are those of the first request, and nothing was appended. */
  | { readonly outcome: "repeated"; readonly ids: readonly string[] }
  /** The receipt's key existed already with another body. Nothing was appended. */
  | { readonly outcome: "conflict" };

/**
 * The weight of a page is at most this many times its bytes of frames. Without this bound, tiny frames with many topics would make a large
 * page.
 */
export const WEIGHT_OF_BYTES = 16;

export interface ReadRequest {
  readonly after: Position;
  /**
   * The page has only entries that may match at least one matcher (`Matcher.mayMatch`), and all entries that do match. Empty: no entry
   * matches.
   */
  readonly matchers: readonly Matcher[];
  readonly lanes: readonly Lane[];
  /**
   * The page ends before the entry that would exceed this many bytes of frames, or `WEIGHT_OF_BYTES` times as much weight. It has at least
   * one entry.
   */
  readonly maxBytes: number;
}

/** A page of the log: all entries in (`after`, `to`] that may match, in order. */
export interface Page {
  readonly entries: readonly Entry[];
  /**
   * May be greater than the position of the last entry. May be less than `last`, even in an empty page: a read also ends when its time is
   * over.
   */
  readonly to: Position;
}

export interface ReadBackRequest {
  /** The position to begin at. MUST NOT be greater than the log's `last`. */
  readonly upTo: Position;
  /**
   * The page has only entries that may match at least one matcher (`Matcher.mayMatch`), and all entries that do match. Empty: no entry
   * matches.
   */
  readonly matchers: readonly Matcher[];
  /** The maximum number of entries, at least one. */
  readonly most: number;
  /**
   * The page ends before the entry that would exceed this many bytes of frames, or `WEIGHT_OF_BYTES` times as much weight. It has at least
   * one entry.
   */
  readonly maxBytes: number;
}

/** A page of updates, read backwards: all entries in (`from`, `upTo`] that may match, the newest first. */
export interface PageBack {
  readonly entries: readonly Entry[];
  /** The floor of the updates if everything was read. Otherwise a greater position: a read also ends when its time is over. */
  readonly from: Position;
  /** The page has reached a limit of the request, so the caller wants no older entries. */
  readonly isFull: boolean;
}

/** The bounds of a log. When any of them is exceeded, the oldest entries are removed. */
export interface Retention {
  readonly maxUpdates: number;
  /**
   * The bytes of everything kept: frames, topics, ids, their rows in the indexes, and receipts. A file is no larger; see `lmdb/size.ts`.
   */
  readonly maxBytes: number;
  /** The maximum age in milliseconds. 0: no maximum. */
  readonly maxAgeMs: number;
}

/** The bounds of the lane `subscriptions`. Its real bound of bytes is a share of the configured bytes, see `sharesOf`. */
export const SUBSCRIPTIONS_RETENTION: Retention = {
  maxUpdates: 10_000,
  maxBytes: 16 * 1024 * 1024,
  maxAgeMs: 0,
};

/** The maximum age of a receipt, in milliseconds, and the maximum number of receipts, see `sharesOf`. The oldest are removed first. */
export const RECEIPTS = { maxAgeMs: 10 * 60_000, most: 100_000 } as const;

/**
 * Receives the new entries of a commit.
 * @param takenAt when the log began the commit, by `Timers.elapsed`. It serves to measure the time until delivery.
 */
export type Listener = (entries: readonly [Entry, ...Entry[]], takenAt: number) => void;

/**
 * Stores updates in one total order. Every driver MUST pass the contract tests in hub/testing/log-contract.
 *
 * - Positions MUST grow. They MUST be passed to the tail in order, each once. A restart MUST NOT give a position again.
 * - `append` MUST be all or nothing. It MUST resolve only when its entries are as durable as the driver promises.
 * - Volatile events have positions in the same order. They are gone after a restart, and `completeAfter` MUST then be at or after the last
 *   of them. If there were none, it MUST be the floor.
 * - An id made by the log MUST be opaque and a valid URI. It MUST NOT be made twice, even after a restart.
 */
export interface Log {
  /** The position of the newest entry ever appended. 0: there was none. */
  readonly last: Position;
  /**
   * Resolves with the reason when the log is lost for good: another process owns it now, or its files are gone. The log detects this
   * within seconds, even if nothing is appended. After that nothing is acknowledged, and the process MUST end.
   */
  readonly lost: Promise<HubError>;
  /**
   * Appends in the order of the calls. The tail receives the entries before the promise resolves.
   * @throws HubError `log:unavailable`: nothing was appended
   * @throws HubError `log:owned`: nothing was appended, and every later append fails too, because another process owns the log
   */
  append(append: Append): Promise<Appended>;
  /** Registers the listener that receives the entries of each commit, in order. MUST be called once, before the first append. */
  tail(listener: Listener): void;
  /**
   * Returns the newest position of the lane that is removed or is about to be. 0: the lane is whole.
   * Entries after it are available to a `read` that is called synchronously after this call, with no `await` between. So read the floor
   * first, then the entries.
   */
  floor(lane: Lane): Position;
  /** Returns the position after which the lane is complete. Between the floor and this position, volatile events are missing. */
  completeAfter(lane: Lane): Position;
  /**
   * Returns the position after which a client resumes whose last event had this id. undefined: the log never had the id, or has forgotten
   * it.
   * An id made by the log is found even after its entry was trimmed. If several entries have the same publisher's id, the earliest kept
   * entry counts.
   */
  locate(id: string): Promise<Position | undefined>;
  /** Returns an id that `locate` maps to this position. It serves positions without an entry's own id. */
  cursor(position: Position): string;
  /**
   * Reads a page. The cost follows the size of the result if all matchers are exact. Otherwise the read ends after a few milliseconds, and
   * the next call continues.
   * The data is read during the call, not later.
   * @throws HubError `log:unavailable`
   */
  read(request: ReadRequest): Promise<Page>;
  /**
   * Reads the kept updates backwards, the newest first. Its cost is that of `read`, and it also reads during the call.
   * @throws HubError `log:unavailable`
   */
  readBack(request: ReadBackRequest): Promise<PageBack>;
  /** Returns the records of the subscribers that the previous process left active: it died, or did not end them. */
  leftActive(): readonly string[];
  /**
   * Removes the entries that are over their age or over any other bound.
   * @throws HubError `log:unavailable`
   */
  trim(): Promise<void>;
  /** Waits for pending appends and rejects later ones. Idempotent. */
  close(): Promise<void>;
}
