import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";

/** Parses the data of a subscription event; undefined: it is not one. Source: Mercure, section Subscription Events. */
export function parseSubscription(data: string): SubscriptionDocument | undefined {
  try {
    return asSubscription(JSON.parse(data));
  } catch {
    return undefined;
  }
}

/** Returns the subscriptions of a collection of the web API; undefined: it is not one. Source: Mercure, section Subscription API. */
export function asCollection(value: unknown): readonly SubscriptionDocument[] | undefined {
  if (!isObject(value) || !Array.isArray(value.subscriptions)) return undefined;
  return value.subscriptions.map(asSubscription).filter((document) => document !== undefined);
}

/** A link with its parameters, including quoted ones. Source: RFC 8288, section 3. */
const LINK = /<[^>]*>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const HUB = /;\s*rel\s*=\s*"?mercure"?\s*(?:;|$)/i;
const CURSOR = /;\s*last-event-id\s*=\s*"((?:[^"\\]|\\.)*)"/i;

/** Returns the cursor of the hub's Link; undefined: there is none. Source: Mercure, section Subscription API. */
export function cursorOf(link: string | null): string | undefined {
  const all = [...(link ?? "").matchAll(LINK)].map(([, parameters = ""]) => parameters);
  const own = all.find((parameters) => HUB.test(parameters));
  return CURSOR.exec(own ?? "")?.[1]?.replace(/\\(.)/g, "$1");
}

function asSubscription(value: unknown): SubscriptionDocument | undefined {
  if (!isObject(value)) return undefined;
  const { id, type, match_type, match, subscriber, active, payload } = value;
  if (type !== "subscription" || (match_type !== "exact" && match_type !== "urlpattern"))
    return undefined;
  if (typeof id !== "string" || typeof match !== "string" || typeof subscriber !== "string")
    return undefined;
  return {
    id,
    type,
    match_type,
    match,
    subscriber,
    active: active === true,
    ...(isObject(payload) ? { payload } : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
