/** The words that a stream's own life puts on the list. They are the seed's, to the letter. */
export const WORDS = {
  open: "Connection open ...",
  error: "Connection error",
  close: "Connection close",
  unsupported: "浏览器不支持 EventSource API",
} as const;

/** What a server that could not replay all that was missed puts on the list. */
export const MISSING = "Some events are missing: history no longer held what came before.";

/** What a path that buffers or compresses puts on the list. */
export const HELD = "The stream is held back: its first bytes did not come in time.";

/**
 * What an entry tells of: an event that arrived (`invalid`: it is not what the schema says), events that didn't, a path that holds the
 * stream back, or a turn in the connection's life.
 */
export type EntryKind = "message" | "invalid" | "gap" | "held" | keyof typeof WORDS;

/** One line of the list. It never changes, so a row that shows it is drawn once. */
export interface Entry<T = unknown> {
  /** Unique in its list, and growing. */
  readonly key: number;
  readonly kind: EntryKind;
  /** Plain text, never markup. */
  readonly text: string;
  /** How many characters were cut off `text`; 0 when it is whole. */
  readonly omitted: number;
  /** On an error: what happens next. On what is invalid: why. */
  readonly detail?: string;
  /** On an event: the Last-Event-ID that it left behind. */
  readonly id?: string;
  /** On an event: its type, where that is not `message`. */
  readonly type?: string;
  /** On a message: its data as the schema gives it; only where there is a schema. */
  readonly value?: T;
  /** When it was inserted, in milliseconds since 1970. */
  readonly at: number;
}

/** Who makes the next try, and when. The browser does it at a time of its own, which nobody is told. */
export type Retry =
  | { readonly by: "browser" }
  /** In milliseconds since 1970; null: it is under way. */
  | { readonly by: "page"; readonly at: number | null };

export type Status =
  | {
      readonly state: "connecting";
      /** No answer at all for as long as first bytes take. */
      readonly held?: boolean;
    }
  | {
      readonly state: "open";
      /** A connection of one's own, or that of another tab. */
      readonly via: "own" | "tab";
      /** Something on the path holds the stream back: the first bytes did not come in time. */
      readonly held: boolean;
    }
  | {
      readonly state: "reconnecting";
      /** Which try this is since the connection was lost, from 1. */
      readonly attempt: number;
      readonly next: Retry;
    }
  /** The page was hidden for so long that the connection was let go; it is resumed when somebody looks. */
  | { readonly state: "paused"; readonly why: "hidden" }
  | { readonly state: "closed" }
  | { readonly state: "unsupported" };

/** What is to be seen, as of one frame. It never changes: the next frame gets its own. */
export interface Snapshot<T = unknown, S = unknown> {
  readonly status: Status;
  /** The newest entries, oldest first; while paused, those of the moment of the pause. */
  readonly entries: readonly Entry<T>[];
  /** How many older entries were let go to keep the list bounded. */
  readonly dropped: number;
  readonly paused: boolean;
  /** How many entries came in since the pause. */
  readonly held: number;
  /** Events since the stream was made. */
  readonly events: number;
  /** How often events are known to be missing. */
  readonly gaps: number;
  /** What to go on from to miss nothing that came after; undefined: the server has told none yet. */
  readonly lastEventId: string | undefined;
  /** What `reduce` has made of `initial` and each event; undefined without them. */
  readonly state: S;
  /** Events a second, over the last three whole seconds; 0 when it is closed. */
  readonly rate: number;
  /** Events in each of the last 60 seconds, oldest first; the last one is still counting. It stands still while it is closed. */
  readonly rates: readonly number[];
  /** When the stream closes itself, in milliseconds since 1970; null: it doesn't. */
  readonly closesAt: number | null;
  /** The auto-close was cancelled, by keepOpen(). */
  readonly kept: boolean;
}

/** An EventSource and its history, as a store: what React (or anything else) subscribes to. */
export interface EventStream<T = unknown, S = unknown> {
  /** Calls back after each change, at most once a frame. The first subscriber opens the stream, the last to leave closes it. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot<T, S>;
  /** What a server renders: connecting, and nothing there yet but the initial state. */
  getServerSnapshot(): Snapshot<T, S>;
  /** Opens a new connection in the old one's place, which goes on from the last id, and starts the auto-close anew. */
  reopen(): void;
  /** Breaks the connection as a network would, and tries again `ms` milliseconds later: nothing is lost where the server has a history. */
  cut(ms: number): void;
  /** Closes the connection for good, or until reopen(); before it was opened, too. */
  close(): void;
  /** Cancels the auto-close. */
  keepOpen(): void;
  /** Leaves the list as it is; what arrives is counted and kept. */
  pause(): void;
  /** Shows what arrived since the pause. */
  resume(): void;
  clear(): void;
  /**
   * Adds one entry, or one for each string of an array. The caller's own entries are taken in any state, after the close too.
   * @throws Error `string or Array string` for anything else; nothing is inserted then
   */
  insertMessage(msg: string | readonly string[]): void;
}
