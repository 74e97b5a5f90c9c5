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

/** An update that code of this app publishes. It has the fields of an HTTP publish. */
export interface OwnUpdate {
  /** One topic or several. The first is the canonical topic. */
  readonly topic: string | readonly string[];
  /** The event's data. A string is sent unchanged, any other value as JSON. */
  readonly data?: unknown;
  /** Whether only subscribers with a grant for the topic receive the update. Default: false. */
  readonly private?: boolean;
  readonly id?: string;
  /** The event's type, for `addEventListener`. Default: `message`. */
  readonly type?: string;
  /** The delay before clients reconnect, in milliseconds; at least 100. */
  readonly retry?: number;
}

/**
 * Publishes an update from a server action, a route handler or any other code of this app. It works like a POST, but needs no token.
 * @returns the update's id, as soon as the log has stored the update with the durability that it promises
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

/** The topics that a request is about: at least one matcher. */
export interface OwnMatchers {
  /** Exact topics, or `*` for all topics. */
  readonly match?: string | readonly string[];
  /** URL patterns, such as `https://example.com/books/:id`. */
  readonly matchUrlPattern?: string | readonly string[];
}

export interface OwnSubscription extends OwnMatchers {
  /** The id of the event to resume after; `earliest` resumes from the oldest stored event. */
  readonly lastEventId?: string;
  /** Ends the subscription when it is aborted. Leaving the loop also ends the subscription. */
  readonly signal?: AbortSignal;
}

/**
 * Subscribes to topics from a server action, a route handler or any other code of this app. Private updates are included:
 * `for await (const { id, type, data } of await subscribe({ match: "news" }))`. If the loop is slow, the next events wait in the log.
 * @returns the events, one at a time
 * @throws TypeError if a matcher is malformed; HubError with the code `log:unavailable`, or `log:not-shared` on Vercel;
 *   Error if the hub accepts no more subscriptions
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
    // One signal may outlive many loops, so the listener is removed.
    void sink.finished.then(() => signal.removeEventListener("abort", end));
  }
  return sink;
}

/** The limit of what `lastUpdates` returns, in bytes of the encoded events: a page contains them. */
const LAST_UPDATES_BYTES = 8 * 1024 * 1024;

/**
 * Returns the newest updates of topics, for a page that is rendered with them. The oldest of them is first.
 *
 * A stream with the returned `lastEventId` delivers every later update, and none of the returned ones again. Private updates are included:
 * the caller decides who may see them. The hub's own updates are not included.
 *
 * For exact topics, the cost depends on the number of returned updates. Patterns are compared with the stored updates, the newest first,
 * until enough are found. This runs in turns of a few milliseconds.
 * @param wanted `count`: the largest number of updates (default: 1). Fewer are returned if fewer are stored, or if they exceed 8 MiB
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
 * Returns the active subscriptions of a matcher, and the id to resume after.
 *
 * A stream of the hub's subscription events with this `lastEventId` reports every subscription that begins or ends later. It may report a
 * few of the returned ones again: `subscriber` identifies a subscriber. The cost depends on the number of returned subscriptions:
 * 10,000 take about ten milliseconds.
 * Source: Mercure, section Subscription API.
 * @param asked one matcher, exactly as the subscribers gave it
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

/** The contents of a new token: its grants, its subject and its lifetime. */
export interface OwnToken {
  /** Topics that the token may publish to: exact topics, `*` for all, or matchers in the form that a token has. */
  readonly publish?: readonly (string | TopicMatcher)[];
  /** Topics that the token may read private updates of. */
  readonly subscribe?: readonly (string | TopicMatcher)[];
  /** The token's user. Default: a new URN. */
  readonly subject?: string;
  /** Data that the subscription API shows with the token's subscriptions. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** The token's lifetime, in whole seconds. Default: one hour. Streams that use the token end when it expires. */
  readonly expiresIn?: number;
}

/**
 * Creates an access token of this hub. The app gives it to a user that it has signed in: as a cookie (`tokenCookie`), or to be sent as
 * `Authorization: Bearer`.
 *
 * The token is signed with MERCURE_PUBLISHER_JWT_KEY or MERCURE_SUBSCRIBER_JWT_KEY, if that key is a secret. In a playground, it is signed
 * with the playground's own key.
 * @throws TypeError if the token would grant nothing, or a field is malformed; Error if no key can sign the token: no key is set, the key is
 *   public or in a JWK Set, or the token needs both roles and their keys differ
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
 * Returns the attributes of the cookie for a browser's token: `(await cookies()).set({ ...tokenCookie(), value: await accessToken({ … }) })`.
 * The browser sends it only to the path of the hub's URL, until the browser's session ends. The hub refuses it after the token has expired.
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
