import { MAX_TOPIC_LENGTH } from "../../protocol/limits.ts";
import type { MatcherType } from "../../protocol/matcher-types.ts";
import type { HubUrl } from "../base/hub-url.ts";
import { compilePattern, topicKey } from "./pattern/pattern.ts";
import type { Tail } from "./pattern/pattern-component.ts";
import { characterProblem } from "./topic.ts";

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
  /** False only if the topic does not match. Takes well under a microsecond, and is exact where `cost` is 0. */
  mayMatch(topic: string): boolean;
  /** Of patterns: the beginning of the `topicKey` of each topic that it matches. */
  readonly prefix: string;
  /** Of patterns: all that may follow the prefix, where that decides; undefined: `matches` has to be asked. */
  readonly tail: Tail | undefined;
  /** False only if it can match no topic in the hub's own namespace. */
  readonly mayMatchReserved: boolean;
  /** The instructions of its automaton, each of which may run for each character of a topic; 0: it needs none. */
  readonly cost: number;
}

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
        mayMatch: () => true,
        prefix: "",
        tail: undefined,
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
        mayMatch: (topic) => topic === match,
        prefix: "",
        tail: undefined,
        mayMatchReserved: hubUrl.reserves(match),
        cost: 0,
      },
    };
  }
  const compiled = compilePattern(match, hubUrl);
  if (!compiled.ok) return invalid(compiled.problem);
  const { pattern } = compiled;
  const { prefix, tail, size } = pattern;
  const matches = (topic: string) => pattern.matches(topic);
  return {
    ok: true,
    matcher: {
      type,
      match,
      key: `urlpattern:${match}`,
      kind: "pattern",
      matches,
      mayMatch:
        size === 0 ? matches : (topic) => topicKey(topic, hubUrl)?.startsWith(prefix) ?? false,
      prefix,
      tail,
      mayMatchReserved: pattern.mayMatchReserved,
      cost: size,
    },
  };
}
