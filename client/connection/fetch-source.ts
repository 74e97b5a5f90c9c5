import type { Ending, EventSourceLike } from "../base/world.ts";
import { EventParser } from "./event-parser.ts";
import { problemOf } from "./read-problem.ts";

export interface FetchSourceOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Called once for each source; undefined: no token is sent, but cookies are. */
  readonly token: (() => string | Promise<string>) | undefined;
  /** The Last-Event-ID to resume after. */
  readonly after: string | undefined;
  /** Listeners of `message` also get the events of types that have no listener. */
  readonly everyType: boolean;
}

/** The longest wait that is accepted from a server, in milliseconds. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * An event stream over fetch: it can send a Bearer token, which an EventSource cannot, and report events of all types. It does not
 * reconnect by itself: when it ends it is CLOSED, and `ending` says why. The token is in the Authorization field and nowhere else.
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
    // Not at once: the caller has to add its listeners first.
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

  /** Returns the request's headers; undefined: there is no token, and the source has ended with the reason. */
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
    // Checked here, because an error of Headers would contain the token.
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
      this.#end({ why: "no token was to be had: the callback gave none", explained: true });
      return undefined;
    }
    headers.set("Authorization", `Bearer ${token}`);
    return headers;
  }

  async #take(response: Response): Promise<void> {
    const { status, headers, body } = response;
    // [spec] With 204 a server ends the stream for good: HTML, section 9.2.3.
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
      // [spec] After close() no listener is called, not even for data that had already arrived.
      if (this.#readyState !== 2) listener(event);
    }
  }

  #listenersTo(event: Event): readonly ((event: Event) => void)[] {
    const { type } = event;
    const own = this.#listeners.get(type);
    if (!this.#options.everyType || !(event instanceof MessageEvent)) return own ?? [];
    // Servers choose the types of their events, and may use the names of these two.
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

/** Encodes an id as UTF-8 in a field's value, as browsers do. */
function utf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

// [spec] RFC 9110, section 10.2.3: seconds, or a date.
function retryAfter(value: string | null): Pick<Ending, "waitMs"> {
  if (value === null) return {};
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms >= 0 ? { waitMs: Math.min(ms, LONGEST_WAIT_MS) } : {};
}
