import type { TopicMatcher } from "./hub/auth/access-token.mjs";
import { fullAccess } from "./hub/auth/full-access.ts";
import type { HubUrl } from "./hub/base/hub-url.ts";
import { tokenCookie as cookieOf } from "./hub/http/request/token-cookie.ts";
import type { LastUpdates } from "./hub/requests.ts";
import { askForNumbers, numbersTopic } from "./hub/stats/numbers.ts";
import { IteratorSink } from "./hub/streams/iterator.ts";
import type { SubscriptionDocument } from "./hub/subscriptions.ts";
import { type Matcher, parseMatcher } from "./hub/topics/matcher.ts";
import { parseUpdate } from "./hub/topics/update.ts";
import type { ReceivedEvent } from "./hub/wire/decode.ts";
import type { MatcherType } from "./protocol/matcher-types.ts";
import { runtime } from "./server/runtime.ts";

/** An update, for code of this app: the fields that an HTTP publish has. */
export interface OwnUpdate {
  /** One, or several: the canonical topic first. */
  readonly topic: string | readonly string[];
  /** Text is sent as it is, anything else as JSON. */
  readonly data?: unknown;
  /** Only for subscribers whose token grants it. */
  readonly private?: boolean;
  readonly id?: string;
  /** The event's type, for `addEventListener`; `message` without one. */
  readonly type?: string;
  /** How long clients wait before they reconnect, in milliseconds; at least 100. */
  readonly retry?: number;
}

/**
 * Publishes from a server action, a route handler or any other code of this app: as a POST does, but no token is asked for.
 * @returns the update's id, when the log has it as durable as it promises
 * @throws TypeError if a field is malformed; HubError with the code `log:unavailable`, or `log:not-shared` on Vercel
 */
export async function publish(update: OwnUpdate): Promise<string> {
  const { hub } = runtime();
  const { topic, data, private: isPrivate = false, id, type, retry } = update;
  const parsed = parseUpdate(
    {
      topics: typeof topic === "string" ? [topic] : topic,
      data: data === undefined || typeof data === "string" ? data : JSON.stringify(data),
      private: isPrivate,
      id,
      type,
      retry: retry === undefined ? undefined : String(retry),
    },
    hub.url,
  );
  if (!parsed.ok) throw new TypeError(parsed.problem);
  const published = await hub.publish({ updates: [parsed.update], access: "own code" });
  const [given] = published.outcome === "published" ? published.ids : [];
  if (given === undefined) throw new Error(`not published: ${published.outcome}`);
  return given;
}

/** At least one matcher. */
export interface OwnMatchers {
  /** Topics as they are, or `*`. */
  readonly match?: string | readonly string[];
  /** URL patterns, such as `https://example.com/books/:id`. */
  readonly matchUrlPattern?: string | readonly string[];
}

export interface OwnSubscription extends OwnMatchers {
  /** Go on after this event, or from the `earliest` that is kept. */
  readonly lastEventId?: string;
  /** Ends the subscription. So does leaving the loop. */
  readonly signal?: AbortSignal;
}

/**
 * The events of topics, private ones too, for a server action, a route handler or any other code of this app:
 * `for await (const { id, type, data } of await subscribe({ match: "news" }))`. What the loop is too slow for waits in the log.
 * @throws TypeError if a matcher is malformed; HubError with the code `log:unavailable`, or `log:not-shared` on Vercel;
 *   Error if the hub takes no more subscriptions
 */
export async function subscribe(
  subscription: OwnSubscription,
): Promise<AsyncIterableIterator<ReceivedEvent>> {
  const { hub } = runtime();
  const { lastEventId, signal } = subscription;
  const matchers = matchersOf(subscription, hub.url);
  if (askForNumbers(matchers, hub.url) === "mixed") {
    throw new TypeError(`${numbersTopic(hub.url)} is a stream of its own: subscribe to it alone`);
  }
  signal?.throwIfAborted();
  const sink = new IteratorSink();
  const subscribed = await hub.outside(() =>
    hub.subscribe({
      id: hub.connections.newId(),
      sink,
      matchers,
      heartbeat: "comment",
      client: OWN_CODE,
      access: fullAccess(OWN_CODE, hub.url),
      lastEventId,
    }),
  );
  if (!subscribed.open) throw new Error(`the hub takes no subscription: ${subscribed.reason}`);
  if (signal?.aborted) sink.end();
  else if (signal) {
    const end = () => sink.end();
    signal.addEventListener("abort", end, { once: true });
    // A signal may outlive many loops.
    void sink.finished.then(() => signal.removeEventListener("abort", end));
  }
  return sink;
}

/** The most that `lastUpdates` gives, in bytes of their frames: a page takes them along. */
const LAST_UPDATES_BYTES = 8 * 1024 * 1024;

/**
 * The newest updates of topics, the oldest of them first, and the id to go on from, for a page that is rendered with them: a stream with
 * this `lastEventId` brings all that came after, and none of them again. Private ones are among them: whom they are shown to is the caller's
 * to decide. What the hub itself publishes is not. Topics cost what is given; patterns are held against what is kept, the newest first,
 * until there are enough: a few milliseconds at a time.
 * @param wanted `count`: at most how many (default: 1). There are fewer where fewer are kept, or where they have more than 8 MiB
 * @throws TypeError if a matcher is malformed, or `count` is no whole number from 1 on; HubError with the code `log:unavailable`, or
 *   `log:not-shared` on Vercel
 */
export async function lastUpdates(
  wanted: OwnMatchers & { readonly count?: number },
): Promise<LastUpdates> {
  const { hub } = runtime();
  const { count = 1 } = wanted;
  const matchers = matchersOf(wanted, hub.url);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new TypeError(`count is ${count}, but is a whole number from 1 on`);
  }
  return hub.outside(() =>
    hub.lastUpdates({ matchers, most: count, maxBytes: LAST_UPDATES_BYTES }),
  );
}

/**
 * Who is subscribed now with a matcher, and what to go on behind: a stream of the hub's subscription events with this
 * `lastEventId` tells of all who come and go after it. Of a few it tells again: a subscriber is one by its `subscriber`.
 * It costs what it returns: 10,000 subscribers take some ten milliseconds.
 * Source: Mercure, section Subscription API.
 * @param asked one matcher, as the subscribers gave it
 * @throws HubError with the code `log:not-shared` on Vercel
 */
export function subscriptions(
  asked: { readonly match: string } | { readonly matchUrlPattern: string },
): { readonly active: readonly SubscriptionDocument[]; readonly lastEventId: string } {
  const { hub } = runtime();
  const filter =
    "match" in asked
      ? { type: "exact", match: asked.match }
      : { type: "urlpattern", match: asked.matchUrlPattern };
  return { active: [...hub.subscriptions.list(filter)], lastEventId: hub.lastEventId };
}

/** What a token is to grant, to whom and for how long. */
export interface OwnToken {
  /** Topics that may be published to: as they are, `*` for all, or matchers, as they stand in a token. */
  readonly publish?: readonly (string | TopicMatcher)[];
  /** Topics whose private updates may be read. */
  readonly subscribe?: readonly (string | TopicMatcher)[];
  /** Who will use it; a new URN by default. */
  readonly subject?: string;
  /** Shown with its subscriptions to all who may see them. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** In whole seconds; an hour by default. Its streams end with it. */
  readonly expiresIn?: number;
}

/**
 * An access token of this hub, for code of this app to give to whom it has signed in: as a cookie (`tokenCookie`), or to be sent as
 * `Authorization: Bearer`. It is signed with MERCURE_PUBLISHER_JWT_KEY or MERCURE_SUBSCRIBER_JWT_KEY, if that is a secret; in a
 * playground, with the key that the playground has made for itself.
 * @throws TypeError if it would grant nothing, or a field is malformed; Error where no key can sign it: it is a public one or in a
 *   JWK Set, none is there, or one token can't do for both because the keys of publishers and subscribers differ
 */
export async function accessToken(wanted: OwnToken): Promise<string> {
  const { publish = [], subscribe = [], ...others } = wanted;
  const minted = await runtime().minter.mint({
    publish: publish.map(topicMatcher),
    subscribe: subscribe.map(topicMatcher),
    ...others,
  });
  if (minted.ok) return minted.token;
  throw minted.reason === "invalid" ? new TypeError(minted.problem) : new Error(minted.problem);
}

/**
 * The cookie that a browser's token goes in: `(await cookies()).set({ ...tokenCookie(), value: await accessToken({ … }) })`. It goes to the
 * hub alone, at the path of its URL, and lasts as long as the browser's session: from the token's end on the hub refuses it.
 * Source: Mercure, section Cookie.
 */
export function tokenCookie() {
  return cookieOf(runtime().service);
}

const OWN_CODE = "urn:runnel:own-code";

function listOf(texts: string | readonly string[]): readonly string[] {
  return typeof texts === "string" ? [texts] : texts;
}

function topicMatcher(topic: string | TopicMatcher): TopicMatcher {
  return typeof topic === "string" ? { match: topic } : topic;
}

function matchersOf({ match = [], matchUrlPattern = [] }: OwnMatchers, hubUrl: HubUrl): Matcher[] {
  const matchers = [
    ...listOf(match).map((each) => matcherOf("exact", each, hubUrl)),
    ...listOf(matchUrlPattern).map((each) => matcherOf("urlpattern", each, hubUrl)),
  ];
  if (matchers.length === 0) throw new TypeError("no matcher: give match or matchUrlPattern");
  return matchers;
}

function matcherOf(type: MatcherType, match: string, hubUrl: HubUrl): Matcher {
  const parsed = parseMatcher(type, match, hubUrl);
  if (!parsed.ok) throw new TypeError(`the ${type} matcher ${parsed.problem}`);
  return parsed.matcher;
}
