import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Backoff } from "./backoff.ts";
import type { StreamEvent } from "./feed.ts";
import type { World } from "./world.ts";

/** How many entries the list keeps. It removes the oldest first. */
export interface Keep {
  /** The most entries. Default: 500. With a schema, each entry keeps its whole `value`. */
  readonly entries: number;
  /**
   * The most characters of all texts together. Default: no such bound, but each text is cut at 4,000 characters. With this bound, texts and
   * ids are whole.
   */
  readonly characters?: number;
}

/** An event with its data as the schema returns it; without a schema, `value` is undefined. */
export interface ParsedEvent<T> extends StreamEvent {
  readonly value: T;
}

/** State that is built from the events: each is folded in once, in order. A server renders `initial`. */
export type Fold<T, S> =
  | { readonly initial: S; readonly reduce: (state: S, event: ParsedEvent<T>) => S }
  | { readonly initial?: undefined; readonly reduce?: undefined };

interface Options<T> {
  /**
   * The server is a hub of this project. The client asks it for heartbeats that scripts can see, and sends the position to resume after.
   * Another Mercure hub resumes too. But it sends nothing before its first event, which looks like a path that buffers.
   * false: the address is used as it is given. Default: true.
   */
  readonly hub?: boolean | undefined;
  /**
   * Types of events to listen to, beside `message`. `all`: every type. An EventSource cannot ask for every type, so the stream is then read
   * by fetch.
   */
  readonly types?: readonly string[] | "all" | undefined;
  /** The id to resume after: the cursor of a server render, or `earliest`. Default: only events from now on. */
  readonly lastEventId?: string | undefined;
  /**
   * Returns a Bearer token; called before each try. The stream is then read by fetch. When a token has expired, this is called again, and
   * the stream resumes after its last id. It MUST return within 30 s. The token is in no address, entry or log.
   */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** Renews a cookie: called before each try that follows a refusal. */
  readonly renew?: (() => Promise<unknown>) | undefined;
  /**
   * Shares one connection between all tabs of a browser that give the same address and the same text here. Default: true; with a token,
   * false.
   * Events that one tab may read are shown in all of them. A connection made with one user's cookie stays open when another user signs in,
   * and the tabs of both share it. Where events are for one user, give a text that names that user, or false.
   */
  readonly share?: boolean | string | undefined;
  /**
   * The schema of the data. Data is parsed as JSON, then validated. Data that does not match becomes an entry of the kind `invalid`, and is
   * not folded.
   * The schema has to be synchronous: an asynchronous one is an error. Source: https://standardschema.dev
   */
  readonly schema?: StandardSchemaV1<unknown, T> | undefined;
  /** Closes the stream after this many milliseconds, counted from its opening, not from the connection; 0: never. Default: 0. */
  readonly closeAfterMs?: number | undefined;
  /** Disconnects a page that is hidden for this many milliseconds, and resumes when the page is visible again; 0: never. Default: 5 min. */
  readonly hiddenAfterMs?: number | undefined;
  readonly keep?: Keep | undefined;
  /** The waits between tries. Default: 1 s, doubling, up to 30 s. */
  readonly backoff?: Backoff | undefined;
  /** Default: the browser's. */
  readonly world?: World | undefined;
}

/** The options of a stream. T: the schema's output; S: the state that events are folded into. */
export type StreamOptions<T = unknown, S = undefined> = Options<T> & Fold<T, S>;

export type EventStreamOptions<T = unknown, S = undefined> = StreamOptions<T, S> & {
  /** The address of the stream, as for EventSource: absolute, or relative to the page. */
  readonly url: string;
};
