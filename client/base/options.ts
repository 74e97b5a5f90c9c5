import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Backoff } from "./backoff.ts";
import type { StreamEvent } from "./feed.ts";
import type { World } from "./world.ts";

/** How much of the list is kept; the oldest entries go first. */
export interface Keep {
  /** Default: 500. Each has its whole `value`, where there is a schema. */
  readonly entries: number;
  /** Of all their texts together. Default: no such bound, but each text is cut at 4,000 characters; with it, texts and ids are whole. */
  readonly characters?: number;
}

/** An event, and its data as the schema gives it; without a schema `value` is undefined. */
export interface ParsedEvent<T> extends StreamEvent {
  readonly value: T;
}

/** State that each event is folded into, once, in order. A server renders `initial`. */
export type Fold<T, S> =
  | { readonly initial: S; readonly reduce: (state: S, event: ParsedEvent<T>) => S }
  | { readonly initial?: undefined; readonly reduce?: undefined };

interface Options<T> {
  /**
   * The server is a hub of this project: it is asked for heartbeats that scripts can see, and a new connection is told where to go on.
   * Another Mercure hub goes on as well, but begins with silence, which looks like a path that buffers until its first event comes.
   * false: the address is used as it is given. Default: true.
   */
  readonly hub?: boolean | undefined;
  /**
   * Types of events that are listened to, beside `message`; `all`: whatever the server says, which an EventSource can't be asked for, so that
   * the stream is read by fetch.
   */
  readonly types?: readonly string[] | "all" | undefined;
  /** What to go on from: the cursor of a server render, or `earliest`. Default: what comes from now on. */
  readonly lastEventId?: string | undefined;
  /**
   * A Bearer token, asked for at each try; the stream is read by fetch then. One that has ended is asked for anew, and the stream goes on
   * from its last id. It has 30 s to come. It is in no address, entry or log.
   */
  readonly token?: (() => string | Promise<string>) | undefined;
  /** Renews a cookie: called before a try that comes after a refusal. */
  readonly renew?: (() => Promise<unknown>) | undefined;
  /**
   * One connection for all tabs of a browser that name the same address and the same text here. Default: true; with a token false. What
   * one is let to see, all of them are shown: a connection that was made with one user's cookie goes on when another signs in, and their
   * tabs share it. Where events are for a user, give a text that names that user, or false.
   */
  readonly share?: boolean | string | undefined;
  /**
   * What data is: it is parsed as JSON, then validated. What isn't becomes an entry of the kind `invalid`, and is not folded.
   * It has to answer at once: an asynchronous one is an error. Source: https://standardschema.dev
   */
  readonly schema?: StandardSchemaV1<unknown, T> | undefined;
  /** Closes itself after this many milliseconds, counted from the opening, not from the connection; 0: never. Default: 0. */
  readonly closeAfterMs?: number | undefined;
  /** A page that is hidden for this many milliseconds lets go of its connection, and goes on where it was when it is seen; 0: never. Default: 5 min. */
  readonly hiddenAfterMs?: number | undefined;
  readonly keep?: Keep | undefined;
  /** Default: 1 s, doubling, up to 30 s. */
  readonly backoff?: Backoff | undefined;
  /** Default: the browser's. */
  readonly world?: World | undefined;
}

/** What a stream can be told. T: what the schema gives; S: what events are folded into. */
export type StreamOptions<T = unknown, S = undefined> = Options<T> & Fold<T, S>;

export type EventStreamOptions<T = unknown, S = undefined> = StreamOptions<T, S> & {
  /** What EventSource takes: an absolute address, or one that is relative to the page. */
  readonly url: string;
};
