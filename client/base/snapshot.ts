/** Texts of the entries about the connection. Their wording is fixed: it is that of the first version, to the letter. */
export const WORDS = {
  open: "Connection open ...",
  error: "Connection error",
  close: "Connection close",
  unsupported: "浏览器不支持 EventSource API",
} as const;

/** The text of the entry for a gap: the server could not replay all events that were missed. */
export const MISSING = "Some events are missing: history no longer held what came before.";

/** The text of the entry for a path that buffers or compresses. */
export const HELD = "The stream is held back: its first bytes did not come in time.";

/**
 * The subject of an entry: an event that arrived, or was lost (`gap`), a path that holds the stream back, or a change of the connection.
 * `invalid`: an event that does not match the schema.
 */
export type EntryKind = "message" | "invalid" | "gap" | "held" | keyof typeof WORDS;

/** One line of the list. It never changes, so its row is rendered once. */
export interface Entry<T = unknown> {
  /** Unique in its list, and ascending. */
  readonly key: number;
  readonly kind: EntryKind;
  /** Plain text, never markup. */
  readonly text: string;
  /** How many characters were cut off `text`; 0 when it is whole. */
  readonly omitted: number;
  /** On an error: what happens next. On an invalid event: why it is invalid. */
  readonly detail?: string;
  /** On an event: the Last-Event-ID after it. */
  readonly id?: string;
  /** On an event: its type, if it is not `message`. */
  readonly type?: string;
  /** On a message: its data as the schema returns it; only with a schema. */
  readonly value?: T;
  /** When it was inserted, in milliseconds since 1970. */
  readonly at: number;
}

/** The next try: who makes it, and when. The browser chooses its own time, and does not report it. */
export type Retry =
  | { readonly by: "browser" }
  /** In milliseconds since 1970; null: the try is under way. */
  | { readonly by: "page"; readonly at: number | null };

export type Status =
  | {
      readonly state: "connecting";
      /** The server has not answered in the time in which first bytes are due. */
      readonly held?: boolean;
    }
  | {
      readonly state: "open";
      /** A connection of this tab's own, or one of another tab. */
      readonly via: "own" | "tab";
      /** Something on the path holds the stream back: the first bytes did not come in time. */
      readonly held: boolean;
    }
  | {
      readonly state: "reconnecting";
      /** The number of this try since the connection was lost, from 1. */
      readonly attempt: number;
      readonly next: Retry;
    }
  /** The page was hidden for too long, so the connection was closed. It resumes when the page is visible again. */
  | { readonly state: "paused"; readonly why: "hidden" }
  | { readonly state: "closed" }
  | { readonly state: "unsupported" };

/** The stream's state, as of one frame. It never changes: the next frame gets its own. */
export interface Snapshot<T = unknown, S = unknown> {
  readonly status: Status;
  /** The newest entries, oldest first; while paused, the entries at the moment of the pause. */
  readonly entries: readonly Entry<T>[];
  /** How many older entries were removed to keep the list bounded. */
  readonly dropped: number;
  readonly paused: boolean;
  /** How many entries arrived since the pause. */
  readonly held: number;
  /** How many events arrived since the stream was made. */
  readonly events: number;
  /** How often events are known to be missing. */
  readonly gaps: number;
  /** The id to resume after without a loss; undefined: the server has not sent one yet. */
  readonly lastEventId: string | undefined;
  /** The state that `reduce` has made from `initial` and each event; undefined without them. */
  readonly state: S;
  /** Events a second, over the last three whole seconds; 0 when it is closed. */
  readonly rate: number;
  /** Events in each of the last 60 seconds, oldest first; the last one is still counting. It does not change while the stream is closed. */
  readonly rates: readonly number[];
  /** When the stream closes itself, in milliseconds since 1970; null: never. */
  readonly closesAt: number | null;
  /** The auto-close was cancelled, by keepOpen(). */
  readonly kept: boolean;
}

/** An EventSource and its history, as a store that React (or anything else) can subscribe to. */
export interface EventStream<T = unknown, S = unknown> {
  /** Calls back after each change, at most once a frame. The first subscriber opens the stream; when the last one leaves, it closes. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot<T, S>;
  /** Returns the snapshot that a server renders: connecting, no entries, and the initial state. */
  getServerSnapshot(): Snapshot<T, S>;
  /** Replaces the connection by a new one, which resumes after the last id. Restarts the auto-close. */
  reopen(): void;
  /** Breaks the connection as a network would, and tries again `ms` milliseconds later. Nothing is lost if the server has a history. */
  cut(ms: number): void;
  /** Closes the connection until reopen() is called. It also works before the stream was opened. */
  close(): void;
  /** Cancels the auto-close. */
  keepOpen(): void;
  /** Keeps the list as it is; events that arrive are counted and kept. */
  pause(): void;
  /** Shows the entries that arrived since the pause. */
  resume(): void;
  clear(): void;
  /**
   * Adds one entry, or one for each string of an array. It works in any state, also after the close.
   * @throws Error `string or Array string` for anything else; nothing is inserted then
   */
  insertMessage(msg: string | readonly string[]): void;
}
