import type { HubUrl } from "./hub-url.ts";
import { compilePattern } from "./pattern.ts";
import { characterProblem, MAX_TOPIC_LENGTH } from "./topic.ts";

/** The types that this hub knows. Source: Mercure, section Matcher Types. */
export const MATCHER_TYPES = ["exact", "urlpattern"] as const;
export type MatcherType = (typeof MATCHER_TYPES)[number];

/** What a subscription listens to, or a grant covers. Made by `parseMatcher` alone. */
export interface Matcher {
  readonly type: MatcherType;
  /** As the client wrote it. */
  readonly match: string;
  /** The same for matchers that match the same, by the way they are written. */
  readonly key: string;
  /** any: `*`, whatever its type. exact: one topic, found without asking `matches`. pattern: ask. */
  readonly kind: "any" | "exact" | "pattern";
  matches(topic: string): boolean;
  /** False only if it can match no topic in the hub's own namespace. */
  readonly mayMatchReserved: boolean;
  /** What one match may take, for whoever has to bound many of them: a pattern's instructions, or as many as `TEXT_COST` where it has few. */
  readonly cost: number;
}

/** Comparing a pattern as text takes about as long as so many instructions of an automaton. */
const TEXT_COST = 20;

export type ParsedMatcher =
  | { readonly ok: true; readonly matcher: Matcher }
  | { readonly ok: false; readonly problem: string };

/**
 * Parses a matcher of a query parameter or a token.
 * Source: Mercure, sections Subscription (constraints on values) and Matcher Types.
 */
export function parseMatcher(type: MatcherType, match: string, hubUrl: HubUrl): ParsedMatcher {
  const invalid = (problem: string) => ({ ok: false, problem }) as const;
  if (match === "") return invalid("is empty");
  if (match.length > MAX_TOPIC_LENGTH) {
    return invalid(`has ${match.length} characters, but may have ${MAX_TOPIC_LENGTH}`);
  }
  const problem = characterProblem(match);
  if (problem) return invalid(problem);
  if (match === "*") {
    return {
      ok: true,
      matcher: {
        type,
        match,
        key: "*",
        kind: "any",
        matches: () => true,
        mayMatchReserved: true,
        cost: 0,
      },
    };
  }
  if (type === "exact") {
    return {
      ok: true,
      matcher: {
        type,
        match,
        key: `exact:${match}`,
        kind: "exact",
        matches: (topic) => topic === match,
        mayMatchReserved: hubUrl.reserves(match),
        cost: 0,
      },
    };
  }
  const compiled = compilePattern(match, hubUrl);
  if (!compiled.ok) return invalid(compiled.problem);
  const { pattern } = compiled;
  return {
    ok: true,
    matcher: {
      type,
      match,
      key: `urlpattern:${match}`,
      kind: "pattern",
      matches: (topic) => pattern.matches(topic),
      mayMatchReserved: pattern.mayMatchReserved,
      cost: Math.max(TEXT_COST, pattern.size),
    },
  };
}
