import { MAX_MATCHERS } from "../../../protocol/limits.ts";
import type { MatcherType } from "../../../protocol/matcher-types.ts";

/** A matcher of a stream: a topic, `*` for all topics, or a URL pattern. */
export interface WantedMatcher {
  readonly type: MatcherType;
  readonly match: string;
}

/** A stream's request to the hub. */
export interface Subscription {
  readonly matchers: readonly WantedMatcher[];
  /** `earliest`, or the id of the event to resume after; undefined: start with the next event. */
  readonly from: string | undefined;
}

/** All topics, from now on. */
export const EVERYTHING: Subscription = {
  matchers: [{ type: "exact", match: "*" }],
  from: undefined,
};

/** A form that is not filled in yet. */
export const NOTHING: Subscription = { matchers: [{ type: "exact", match: "" }], from: undefined };

/** Writes the query for the hub, such as `match=news&last_event_id=earliest`, with as little encoding as possible. */
export function subscriptionQuery({ matchers, from }: Subscription): string {
  const pairs = matchers.map(({ type, match }) => `${parameterOf(type)}=${encode(match)}`);
  if (from !== undefined) pairs.push(`last_event_id=${encode(from)}`);
  return pairs.join("&");
}

/** Returns the name of the query parameter for a matcher. Source: Mercure, section Subscription. */
export function parameterOf(type: MatcherType): string {
  return type === "exact" ? "match" : "match_urlpattern";
}

/** Parses such a query; undefined: it is not one, or no hub accepts it. */
export function parseSubscription(query: string): Subscription | undefined {
  const matchers: WantedMatcher[] = [];
  let from: string | undefined;
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "match" || name === "match_exact") matchers.push({ type: "exact", match: value });
    else if (name === "match_urlpattern") matchers.push({ type: "urlpattern", match: value });
    else if (name === "last_event_id") from ??= value || undefined;
    else return undefined;
  }
  const wellFormed =
    matchers.length > 0 &&
    matchers.length <= MAX_MATCHERS &&
    matchers.every(({ match }) => match !== "");
  return wellFormed ? { matchers, from } : undefined;
}

/** Guesses the type of a matcher: a text with a wildcard or a name is a pattern. `*` alone is every topic, and not a pattern. */
export function likelyType(match: string): MatcherType {
  return match !== "*" && /\*|\/:\w|\{/.test(match) ? "urlpattern" : "exact";
}

// [spec] URL, section 1.3 (application/x-www-form-urlencoded): of the characters that a query may contain, only these have another meaning.
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%(3A|2F|2C|40|3B|24|3F)/g, decodeURIComponent)
    .replaceAll("'", "%27");
}
