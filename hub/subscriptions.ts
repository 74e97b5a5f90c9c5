import { payloadFor } from "./auth/grants.ts";
import type { Access } from "./auth/types.ts";
import type { HubUrl } from "./hub-url.ts";
import type { SubscriptionEvent } from "./log/types.ts";
import type { Matcher, MatcherType } from "./matcher.ts";
import type { Topic } from "./topic.ts";

/** A subscription as its event and the web API show it. Source: Mercure, section Subscription Events. */
export interface SubscriptionDocument {
  /** The event's topic, and its path in the web API. */
  readonly id: string;
  readonly type: "subscription";
  readonly match_type: MatcherType;
  readonly match: string;
  readonly subscriber: string;
  readonly active: boolean;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** One connection, as the others see it. */
export interface Subscriber {
  /** Random, so that nobody learns from it who it is, and nobody can take another's. */
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly access: Access | undefined;
}

/** Which subscriptions are asked for; what is not named may be anything. */
export interface SubscriptionFilter {
  readonly type?: string;
  readonly match?: string;
  readonly subscriber?: string;
}

/** The active subscriptions of this hub. */
export class Subscriptions {
  readonly #hubUrl: HubUrl;
  readonly #subscribers = new Map<string, Subscriber>();
  #size = 0;

  constructor(hubUrl: HubUrl) {
    this.#hubUrl = hubUrl;
  }

  /** How many are active. */
  get size(): number {
    return this.#size;
  }

  /** @returns the events that tell of it */
  open(subscriber: Subscriber): readonly SubscriptionEvent[] {
    this.#subscribers.set(subscriber.id, subscriber);
    this.#size += subscriber.matchers.length;
    return this.#documents(subscriber, true).map(eventOf);
  }

  /** @returns the events that tell of it */
  close(subscriber: Subscriber): readonly SubscriptionEvent[] {
    if (!this.#subscribers.delete(subscriber.id)) return [];
    this.#size -= subscriber.matchers.length;
    return this.#documents(subscriber, false).map(eventOf);
  }

  /** Those that are active now. */
  list({ type, match, subscriber }: SubscriptionFilter): SubscriptionDocument[] {
    const one = subscriber === undefined ? undefined : this.#subscribers.get(subscriber);
    const asked = subscriber === undefined ? this.#subscribers.values() : one ? [one] : [];
    return [...asked].flatMap((each) =>
      this.#documents(each, true).filter(
        (document) =>
          (type === undefined || document.match_type === type) &&
          (match === undefined || document.match === match),
      ),
    );
  }

  #documents(subscriber: Subscriber, active: boolean): SubscriptionDocument[] {
    const { id, matchers, access } = subscriber;
    return matchers.map(({ type, match }) => {
      const payload = access && payloadFor(access, match);
      return {
        id: `${this.#hubUrl.path}/subscriptions/${type}/${encoded(match)}/${encoded(id)}`,
        type: "subscription",
        match_type: type,
        match,
        subscriber: id,
        active,
        ...(payload ? { payload } : {}),
      };
    });
  }
}

/** The event that ends a subscription which an earlier process left active. */
export function endedEvent(left: SubscriptionEvent): SubscriptionEvent {
  const document: SubscriptionDocument = JSON.parse(left.document);
  return eventOf({ ...document, active: false });
}

function eventOf(document: SubscriptionDocument): SubscriptionEvent {
  const { id, active } = document;
  // Made by the hub, in its own namespace.
  return { topic: id as Topic, active, document: JSON.stringify(document) };
}

/** Percent-encodes all but the unreserved characters. Source: RFC 6570, section 3.2.2. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
