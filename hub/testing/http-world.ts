import { createParser, type EventSourceMessage } from "eventsource-parser";
import { expect } from "vitest";
import type { Role } from "../auth/access.ts";
import { DETAIL_TYPE } from "../auth/access-token.mjs";
import { Minter, type TokenRequest } from "../auth/minter.ts";
import { playgroundIssuer } from "../auth/playground.ts";
import { publish } from "../http/publish.ts";
import { PROXIED_HEADER } from "../http/request/client.ts";
import type { Service } from "../http/service/service.ts";
import { subscribe } from "../http/subscribe.ts";
import { subscriptions } from "../http/subscription-api.ts";
import type { Hub } from "../hub.ts";
import { FakeTimers } from "./fake-timers.ts";
import { ListLogger } from "./list-logger.ts";
import { HUB_URL, type TestHubOptions, testHub, testService } from "./test-hub.ts";
import { mint, pairFor, verifierFor, verifierOf } from "./test-tokens.ts";

type HeaderFields = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

const KEYS = { publisher: pairFor("EdDSA"), subscriber: pairFor("EdDSA") };
const HERE = "https://hub.example.com/.well-known/mercure";

/** Secret data. It MUST NOT occur in any log line or problem document. */
export const SECRET = "what nobody else may read";

/** The header fields of a request from this machine without a proxy, as our server sets them. */
export const LOCAL = { Host: "localhost:3000", [PROXIED_HEADER]: "no" };

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/**
 * A hub over HTTP with a key for each role, and its clients. Each response that is no success is checked to be a problem document. No log
 * line and no problem document may have a token or SECRET in it.
 */
export class World {
  readonly timers: FakeTimers;
  readonly logger = new ListLogger();
  readonly hub: Hub;
  readonly service: Service;
  readonly #leaving = new AbortController();
  readonly #secrets: string[] = [SECRET];

  constructor(overrides: Partial<Service> = {}, options: TestHubOptions = {}) {
    const { logger } = this;
    const { timers = new FakeTimers() } = options;
    this.timers = timers;
    this.hub = testHub({ timers, logger, ...options });
    const verifier = verifierOf(KEYS, timers);
    this.service = testService(this.hub, { logger, verifier, ...overrides });
  }

  /** Makes a token that grants the role's action on these topics. A string is an exact matcher, or `*`. */
  async token(
    role: Role,
    topics: readonly (string | object)[] = ["*"],
    claims: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const actions = [role === "publisher" ? "publish" : "subscribe"];
    const matchers = topics.map((each) => (typeof each === "string" ? { match: each } : each));
    const details = [{ type: DETAIL_TYPE, actions, topics: matchers }];
    const token = await mint(KEYS[role], { authorization_details: details, ...claims });
    this.#secrets.push(token);
    return token;
  }

  /** Requests a token from the playground. */
  async playgroundToken(wanted: TokenRequest): Promise<string> {
    const minted = await this.service.playgroundMinter?.mint(wanted);
    if (!minted?.ok) throw new Error(minted?.problem ?? "no playground");
    this.#secrets.push(minted.token);
    return minted.token;
  }

  /**
   * Makes a request for a stream.
   * @param query the query with its `?`
   */
  request(query: string, headers: HeaderFields = {}): Request {
    return new Request(`${HERE}${query}`, { headers, signal: this.#leaving.signal });
  }

  async subscribe(query: string, headers: HeaderFields = {}): Promise<Response> {
    const request = this.request(query, headers);
    return this.#checked(await subscribe(this.service, request, { clock: false }));
  }

  /** Opens a stream, which MUST be granted. */
  async listen(query: string, headers: HeaderFields = {}): Promise<Listener> {
    const response = await this.subscribe(query, headers);
    expect(response.status).toBe(200);
    return new Listener(response);
  }

  /** Posts the body as it is. It is a form, unless `headers` set another type. */
  async post(body: BodyInit | null, headers: HeaderFields = {}): Promise<Response> {
    const request = new Request(HERE, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      body,
    });
    return this.#checked(await publish(this.service, request));
  }

  /** Posts the fields with a token for every topic. */
  async send(fields: Fields, headers: HeaderFields = {}): Promise<Response> {
    const all = bearer(await this.token("publisher"));
    return this.post(new URLSearchParams(pairsOf(fields)).toString(), { ...all, ...headers });
  }

  /** Posts the fields with a token for every topic. The update MUST be accepted. Returns its id. */
  async publish(fields: Fields): Promise<string> {
    const response = await this.send(fields);
    expect(response.status).toBe(200);
    return response.text();
  }

  /** Posts lines of JSON with a token for every topic. */
  async batch(lines: readonly unknown[], headers: HeaderFields = {}): Promise<Response> {
    const all = bearer(await this.token("publisher"));
    const body = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
    return this.post(body.join("\n"), {
      "Content-Type": "application/x-ndjson",
      ...all,
      ...headers,
    });
  }

  async subscriptions(rest: string, headers: HeaderFields = {}): Promise<Response> {
    const request = this.request(`/subscriptions${rest}`, headers);
    return this.#checked(await subscriptions(this.service, request, rest));
  }

  /** Returns the data of all updates in the hub, private ones too, the oldest first. */
  async history(): Promise<string[]> {
    const all = bearer(await this.token("subscriber"));
    const listener = await this.listen("?match=*&last_event_id=earliest", all);
    const mark = `mark ${this.#secrets.length}`;
    await this.publish({ topic: "mark", data: mark });
    const found: string[] = [];
    for (;;) {
      const { event, data } = await listener.next();
      if (data === mark) break;
      if (event !== "mercure") found.push(data);
    }
    await listener.close();
    return found;
  }

  /** Disconnects all clients. Connections and timers MUST NOT be open after that. */
  async end(): Promise<void> {
    this.#leaving.abort();
    await this.hub.close();
    expect(this.hub.connections.size).toBe(0);
    expect(this.timers.open).toBe(0);
    this.#expectNoSecret(JSON.stringify(this.logger.lines));
  }

  async #checked(response: Response): Promise<Response> {
    if (response.status < 400) return response;
    const text = await response.clone().text();
    this.#expectNoSecret(`${text}${JSON.stringify([...response.headers])}`);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(JSON.parse(text)).toEqual({
      type: expect.stringMatching(/^urn:runnel:problem:[a-z-]+$/),
      status: response.status,
      title: expect.any(String),
      detail: expect.any(String),
    });
    return response;
  }

  #expectNoSecret(text: string): void {
    for (const secret of this.#secrets) expect(text).not.toContain(secret);
  }
}

/** Makes a playground with its own key. Each call makes a new key. */
export function playground(overrides: Partial<Service> = {}): World {
  const timers = new FakeTimers();
  const issuers = [playgroundIssuer()];
  const verifier = verifierFor(issuers, timers);
  const playgroundMinter = new Minter({ issuers, hubUrl: HUB_URL, timers });
  return new World({ playground: true, verifier, playgroundMinter, ...overrides }, { timers });
}

/** The client of a stream, with a parser from another project. */
export class Listener {
  readonly response: Response;
  readonly retries: number[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #events: EventSourceMessage[] = [];
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({
    onEvent: (event) => this.#events.push(event),
    onRetry: (ms) => this.retries.push(ms),
  });

  constructor(response: Response) {
    this.response = response;
    if (!response.body) throw new Error("the response has no body");
    this.#reader = response.body.getReader();
  }

  /** The response's `Mercure-Last-Event-ID`, after which the stream resumes. */
  get lastEventId(): string | null {
    return this.response.headers.get("mercure-last-event-id");
  }

  /** Resolves with the next event. */
  async next(): Promise<EventSourceMessage> {
    const event = await this.#read();
    if (!event) throw new Error("the stream has ended");
    return event;
  }

  /** Resolves with the remaining events when the hub has ended the stream. */
  async rest(): Promise<EventSourceMessage[]> {
    const events: EventSourceMessage[] = [];
    for (let event = await this.#read(); event; event = await this.#read()) events.push(event);
    return events;
  }

  /** Resolves with the raw text that the hub has written since the last read, in one string. */
  async text(): Promise<string> {
    return this.#decoder.decode((await this.#reader.read()).value, { stream: true });
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<EventSourceMessage | undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event) return event;
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#parser.feed(this.#decoder.decode(value, { stream: true }));
    }
  }
}

/** Returns the stable part of a problem's type. */
export async function problemOf(response: Response): Promise<string> {
  const { type }: { type: string } = await response.clone().json();
  return type.replace("urn:runnel:problem:", "");
}

export async function detailOf(response: Response): Promise<string> {
  const { detail }: { detail: string } = await response.clone().json();
  return detail;
}

const pairsOf = (fields: Fields): [string, string][] =>
  (Array.isArray(fields) ? [...fields] : Object.entries(fields)).map(([name, value]) => [
    name,
    value,
  ]);
