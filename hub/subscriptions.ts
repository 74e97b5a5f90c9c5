import type { MatcherType } from "../protocol/matcher-types.ts";
import type { Access } from "./auth/access.ts";
import { payloadFor } from "./auth/grants.ts";
import type { HubUrl } from "./base/hub-url.ts";
import type { SubscriptionEvent, SubscriptionsAppend } from "./log/log.ts";
import type { Matcher } from "./topics/matcher.ts";
import type { Topic } from "./topics/topic.ts";

type Payload = Readonly<Record<string, unknown>>;

/** A subscription, in the form that its event and the web API show. Source: Mercure, section Subscription Events. */
export interface SubscriptionDocument {
  /** The event's topic, and its path in the web API. */
  readonly id: string;
  readonly type: "subscription";
  readonly match_type: MatcherType;
  readonly match: string;
  readonly subscriber: string;
  readonly active: boolean;
  readonly payload?: Payload;
}

/** One connection, in the form that other clients see. */
export interface Subscriber {
  /** Random: it does not reveal the client, and no client can take the id of another. */
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly access: Access | undefined;
}

/** Selects subscriptions; a field that is undefined matches any value. */
export type SubscriptionFilter =
  | { readonly subscriber?: undefined; readonly type?: undefined; readonly match?: undefined }
  | { readonly subscriber?: string; readonly type: string; readonly match: string };

/** One matcher of one subscriber. */
interface Subscription {
  readonly subscriber: string;
  readonly type: MatcherType;
  readonly match: string;
  readonly payload: Payload | undefined;
}

/** A subscriber with a token, in the form that the log stores. Each payload is stored once, even if many subscriptions show it. */
interface StoredSubscriber {
  readonly id: string;
  readonly payloads: readonly Payload[];
  readonly matchers: readonly (readonly [
    type: MatcherType,
    match: string,
    payload: number | null,
  ])[];
}

/** The active subscriptions of this hub. */
export class Subscriptions {
  readonly #hubUrl: HubUrl;
  readonly #subscribers = new Map<string, Subscriber>();
  /** Subscribers by the key of a matcher. Most keys have one subscriber, and it takes less memory than a set of one. */
  readonly #byMatcher = new Map<string, Subscriber | Set<Subscriber>>();
  #size = 0;

  constructor(hubUrl: HubUrl) {
    this.#hubUrl = hubUrl;
  }

  /** The number of active subscriptions. */
  get size(): number {
    return this.#size;
  }

  /** Adds the subscriptions of the subscriber. @returns the events that announce them, for the log */
  open(subscriber: Subscriber): SubscriptionsAppend {
    this.#subscribers.set(subscriber.id, subscriber);
    for (const { key } of subscriber.matchers) {
      const others = this.#byMatcher.get(key) ?? subscriber;
      if (others instanceof Set) others.add(subscriber);
      else if (others === subscriber) this.#byMatcher.set(key, subscriber);
      else this.#byMatcher.set(key, new Set([others, subscriber]));
    }
    this.#size += subscriber.matchers.length;
    return this.#append(subscriber, true);
  }

  /** Removes the subscriptions of the subscriber. @returns the events that announce their end, for the log */
  close(subscriber: Subscriber): SubscriptionsAppend {
    if (this.#subscribers.delete(subscriber.id)) {
      for (const { key } of subscriber.matchers) {
        const all = this.#byMatcher.get(key);
        if (all instanceof Set) all.delete(subscriber);
        if (all === subscriber || (all instanceof Set && all.size === 0)) {
          this.#byMatcher.delete(key);
        }
      }
      this.#size -= subscriber.matchers.length;
    }
    return this.#append(subscriber, false);
  }

  /** Ends the subscriptions of one subscriber that an earlier process left active. @param record the record that the log stored */
  endLeft(record: string): SubscriptionsAppend {
    const left: StoredSubscriber | { topic: string; document: string } = JSON.parse(record);
    if ("document" in left) {
      // An older version stored one record for each subscription.
      const document: SubscriptionDocument = JSON.parse(left.document);
      const events = [eventOf({ ...document, active: false })];
      return {
        lane: "subscriptions",
        events,
        active: { subscriber: left.topic, record: undefined },
      };
    }
    const { id, payloads, matchers } = left;
    const events = matchers.map(([type, match, index]) => {
      const payload = index === null ? undefined : payloads[index];
      return eventOf(this.#document({ subscriber: id, type, match, payload }, false));
    });
    return { lane: "subscriptions", events, active: { subscriber: id, record: undefined } };
  }

  /**
   * Yields the active subscriptions that the filter selects. The cost grows with the number of results. The caller may pause between
   * results: a subscription that begins or ends in a pause may be in the results or not.
   */
  *list(filter: SubscriptionFilter): Generator<SubscriptionDocument, void, void> {
    for (const subscriber of this.#candidates(filter)) {
      for (const { type, match } of subscriber.matchers) {
        if (filter.type !== undefined && (type !== filter.type || match !== filter.match)) continue;
        yield this.#document(subscriptionOf(subscriber, type, match), true);
      }
    }
  }

  #candidates(filter: SubscriptionFilter): Iterable<Subscriber> {
    if (filter.type === undefined) return this.#subscribers.values();
    if (filter.subscriber === undefined) {
      const all = this.#byMatcher.get(matcherKey(filter.type, filter.match));
      if (all === undefined) return [];
      return all instanceof Set ? all : [all];
    }
    const one = this.#subscribers.get(filter.subscriber);
    return one ? [one] : [];
  }

  /** Makes the append for the log. Without a token the events are volatile: anonymous connections cause no write to the disk. */
  #append(subscriber: Subscriber, active: boolean): SubscriptionsAppend {
    const { id, matchers, access } = subscriber;
    const subscriptions = matchers.map(({ type, match }) =>
      subscriptionOf(subscriber, type, match),
    );
    const events = subscriptions.map((each) => eventOf(this.#document(each, active)));
    if (access === undefined) return { lane: "subscriptions", events, volatile: true };
    const record = active ? recordOf(id, subscriptions) : undefined;
    return { lane: "subscriptions", events, active: { subscriber: id, record } };
  }

  #document({ subscriber, type, match, payload }: Subscription, active: boolean) {
    return {
      id: `${this.#hubUrl.path}/subscriptions/${type}/${encoded(match)}/${encoded(subscriber)}`,
      type: "subscription",
      match_type: type,
      match,
      subscriber,
      active,
      ...(payload ? { payload } : {}),
    } satisfies SubscriptionDocument;
  }
}

function subscriptionOf(
  { id, access }: Subscriber,
  type: MatcherType,
  match: string,
): Subscription {
  return { subscriber: id, type, match, payload: payloadFor(access, match) };
}

function recordOf(id: string, subscriptions: readonly Subscription[]): string {
  const all = subscriptions.map(({ payload }) => payload).filter((each) => each !== undefined);
  const payloads = [...new Set(all)];
  const matchers = subscriptions.map(
    ({ type, match, payload }) =>
      [type, match, payload ? payloads.indexOf(payload) : null] as const,
  );
  return JSON.stringify({ id, payloads, matchers } satisfies StoredSubscriber);
}

/** The key of the matcher with this type and text; see `Matcher.key`. */
const matcherKey = (type: string, match: string) => (match === "*" ? "*" : `${type}:${match}`);

function eventOf(document: SubscriptionDocument): SubscriptionEvent {
  // The hub made this topic itself, in its own namespace: it needs no `parseTopic`.
  return { topic: document.id as Topic, document: JSON.stringify(document) };
}

/** Percent-encodes all but the unreserved characters. Source: RFC 6570, section 3.2.2. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
