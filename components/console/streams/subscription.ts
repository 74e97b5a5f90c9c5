import { MAX_MATCHERS } from "../../../protocol/limits.ts";
import type { MatcherType } from "../../../protocol/matcher-types.ts";

/** What a stream listens to: a topic as it is, `*` for all of them, or a URL pattern. */
export interface WantedMatcher {
  readonly type: MatcherType;
  readonly match: string;
}

/** What a stream asks the hub for. */
export interface Subscription {
  readonly matchers: readonly WantedMatcher[];
  /** `earliest`, or the id of the event to go on after; undefined: with what comes next. */
  readonly from: string | undefined;
}

/** All topics, from now on. */
export const EVERYTHING: Subscription = {
  matchers: [{ type: "exact", match: "*" }],
  from: undefined,
};

/** A form that is still to be filled in. */
export const NOTHING: Subscription = { matchers: [{ type: "exact", match: "" }], from: undefined };

/** The query that the hub takes, such as `match=news&last_event_id=earliest`, no more encoded than a reader needs. */
export function subscriptionQuery({ matchers, from }: Subscription): string {
  const pairs = matchers.map(({ type, match }) => `${parameterOf(type)}=${encode(match)}`);
  if (from !== undefined) pairs.push(`last_event_id=${encode(from)}`);
  return pairs.join("&");
}

/** The name of the query parameter for a matcher. Source: Mercure, section Subscription. */
export function parameterOf(type: MatcherType): string {
  return type === "exact" ? "match" : "match_urlpattern";
}

/** Reads such a query; undefined: it is none, or asks for what no hub gives. */
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

/** A topic, or what is rather a pattern: a wildcard or a name in it. `*` alone is every topic, and no pattern. */
export function likelyType(match: string): MatcherType {
  return match !== "*" && /\*|\/:\w|\{/.test(match) ? "urlpattern" : "exact";
}

// [spec] URL, section 1.3 (application/x-www-form-urlencoded): of what may stand in a query, only these would be read as something else.
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/%(3A|2F|2C|40|3B|24|3F)/g, decodeURIComponent)
    .replaceAll("'", "%27");
}
