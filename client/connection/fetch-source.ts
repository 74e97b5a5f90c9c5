import type { Ending, EventSourceLike } from "../base/world.ts";
import { EventParser } from "./event-parser.ts";
import { problemOf } from "./read-problem.ts";

export interface FetchSourceOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Asked once for each source; undefined: none is sent, but the cookies are. */
  readonly token: (() => string | Promise<string>) | undefined;
  /** The Last-Event-ID to go on from. */
  readonly after: string | undefined;
  /** Whoever listens to `message` is told of the events that nobody listens to by their type, too. */
  readonly everyType: boolean;
}

/** A longer wait than this, in milliseconds, is not believed. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * An event stream that is asked for with a Bearer token, which an EventSource cannot send, or for events of all types. It never tries again by itself: when it
 * ends it is CLOSED, and `ending` says why. The token is in the Authorization field and nowhere else.
 */
export class FetchSource implements EventSourceLike {
  readonly #options: FetchSourceOptions;
  readonly #listeners = new Map<string, ((event: Event) => void)[]>();
  readonly #abort = new AbortController();
  #readyState = 0;
  #ending: Ending | undefined;
  #retryMs: number | undefined;

  constructor(options: FetchSourceOptions) {
    this.#options = options;
    // Not before whoever made it listens.
    queueMicrotask(() => void this.#run());
  }

  get readyState(): number {
    return this.#readyState;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  addEventListener(type: string, listener: (event: Event) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.#readyState = 2;
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    if (this.#readyState === 2) return;
    const headers = await this.#headers();
    if (headers === undefined || this.#readyState === 2) return;
    const { url, fetch } = this.#options;
    try {
      const { signal } = this.#abort;
      const response = await fetch(url, { headers, signal, cache: "no-store" });
      await this.#take(response);
    } catch (error) {
      const why = error instanceof RangeError ? error.message : "the connection was lost";
      this.#end({ why, ...this.#retry() });
    }
  }

  /** What the request says; undefined: there is no token, and it was told. */
  async #headers(): Promise<Headers | undefined> {
    const headers = new Headers({ Accept: "text/event-stream" });
    const { after, token: ask } = this.#options;
    if (after !== undefined && !/[\0\r\n]/.test(after)) headers.set("Last-Event-ID", utf8(after));
    if (ask === undefined) return headers;
    let token: string;
    try {
      token = await ask();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#end({ why: `no token was to be had: ${why}`, explained: true });
      return undefined;
    }
    // Headers would name the token in its error.
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
      this.#end({ why: "no token was to be had: the callback gave none", explained: true });
      return undefined;
    }
    headers.set("Authorization", `Bearer ${token}`);
    return headers;
  }

  async #take(response: Response): Promise<void> {
    const { status, headers, body } = response;
    // [spec] 204 is how a server says that a stream is over: HTML, section 9.2.3.
    if (status === 204) return this.#end({ why: "the server says that it is over", final: true });
    const isStream = headers.get("content-type")?.startsWith("text/event-stream");
    if (status !== 200 || !isStream || body === null) {
      const why = await problemOf(response);
      this.#abort.abort();
      return this.#end({ why, explained: true, ...retryAfter(headers.get("retry-after")) });
    }
    if (this.#readyState === 2) return;
    this.#readyState = 1;
    this.#tell(new Event("open"));
    await this.#read(body);
    this.#end({ why: "the server ended the stream", ...this.#retry() });
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    const parser = new EventParser(this.#options.after ?? "", {
      onEvent: ({ id, type, data }) =>
        this.#tell(new MessageEvent(type, { data, lastEventId: id })),
      onRetry: (ms) => {
        this.#retryMs = Math.min(ms, LONGEST_WAIT_MS);
      },
    });
    const reader = body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.#readyState === 2) return;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #tell(event: Event): void {
    for (const listener of this.#listenersTo(event)) {
      // [spec] Who closes a stream hears nothing of it any more, not what had arrived either.
      if (this.#readyState !== 2) listener(event);
    }
  }

  #listenersTo(event: Event): readonly ((event: Event) => void)[] {
    const { type } = event;
    const own = this.#listeners.get(type);
    if (!this.#options.everyType || !(event instanceof MessageEvent)) return own ?? [];
    // Servers choose the types of their events, and may choose these two.
    const isNobodys = own === undefined || type === "open" || type === "error";
    return (isNobodys ? this.#listeners.get("message") : own) ?? [];
  }

  #end(ending: Ending): void {
    if (this.#readyState === 2) return;
    this.close();
    this.#ending = ending;
    for (const listener of this.#listeners.get("error") ?? []) listener(new Event("error"));
  }

  #retry(): Pick<Ending, "waitMs"> {
    return this.#retryMs === undefined ? {} : { waitMs: this.#retryMs };
  }
}

/** An id's UTF-8 as a field's value, as browsers send it. */
function utf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

// [spec] RFC 9110, section 10.2.3: seconds, or a date.
function retryAfter(value: string | null): Pick<Ending, "waitMs"> {
  if (value === null) return {};
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms >= 0 ? { waitMs: Math.min(ms, LONGEST_WAIT_MS) } : {};
}
