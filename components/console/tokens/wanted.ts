import { MAX_PAYLOAD_LENGTH, MAX_TOPIC_LENGTH } from "../../../protocol/limits.ts";
import type { MatcherType } from "../../../protocol/matcher-types.ts";

/** A topic, or a pattern of topics, and the actions to grant on it. */
export interface WantedGrant {
  readonly match: string;
  readonly type: MatcherType;
  readonly publish: boolean;
  readonly subscribe: boolean;
}

/** The chosen properties of a token. */
export interface Wanted {
  readonly grants: readonly WantedGrant[];
  /** A JSON object as text; empty: none. */
  readonly payload: string;
  /** Empty: a new URN. */
  readonly subject: string;
  readonly lifetime: Lifetime;
}

/** The lifetimes of a token, in the form of `npm run token` and in seconds. */
export const LIFETIMES = {
  "1m": 60,
  "15m": 900,
  "1h": 3_600,
  "1d": 86_400,
  "7d": 604_800,
} as const;
export type Lifetime = keyof typeof LIFETIMES;

/** Returns whether a text looks like a pattern of topics. `npm run token` uses the same rule. */
export function looksLikePattern(match: string): boolean {
  return match !== "*" && /\*|\/:[A-Za-z_$]/.test(match);
}

/** Describes the problem of a topic, as a predicate; undefined: there is none. Source: Mercure, section Terminology. */
export function topicProblem(match: string): string | undefined {
  if (match === "") return "is empty";
  if (match.length > MAX_TOPIC_LENGTH)
    return `has ${match.length} characters, but may have ${MAX_TOPIC_LENGTH}`;
  // A control character could affect the terminal that the line is pasted into.
  if (/[\p{Cc}\p{Cf}]/u.test(match)) return "has a control or format character, which no topic has";
  return undefined;
}

/** Describes the problem of a payload; undefined: there is none. Source: Mercure, section Payloads. */
export function payloadProblem(text: string): string | undefined {
  if (text.trim() === "") return undefined;
  const value = parsePayload(text);
  if (value === undefined) return 'The payload is no JSON object, such as {"name":"Ada"}.';
  const { length } = JSON.stringify(value);
  if (length > MAX_PAYLOAD_LENGTH)
    return `The payload has ${length} characters, but may have ${MAX_PAYLOAD_LENGTH}.`;
  return undefined;
}

/** Parses a payload; undefined: it is not a JSON object. */
export function parsePayload(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Describes the first problem that prevents a token, as a sentence; undefined: there is none. */
export function wantedProblem({ grants, payload, subject }: Wanted): string | undefined {
  if (grants.length === 0) return "Add a topic.";
  for (const { match, publish, subscribe } of grants) {
    const problem = topicProblem(match);
    if (problem) return match === "" ? "A topic is empty." : `The topic ${match} ${problem}.`;
    if (!publish && !subscribe) return `Pick what may be done with ${match}.`;
  }
  if (/[\p{Cc}\p{Cf}]/u.test(subject)) return "The subject has a control or format character.";
  const problem = payloadProblem(payload);
  if (problem) return problem;
  if (payload.trim() !== "" && !grants.some(({ subscribe }) => subscribe))
    return "A payload is shown with subscriptions: pick “subscribe” for a topic.";
  return undefined;
}
