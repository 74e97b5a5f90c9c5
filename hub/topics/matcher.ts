import { MAX_TOPIC_LENGTH } from "../../protocol/limits.ts";
import type { MatcherType } from "../../protocol/matcher-types.ts";
import type { HubUrl } from "../base/hub-url.ts";
import { compilePattern, topicKey } from "./pattern/pattern.ts";
import type { Tail } from "./pattern/pattern-component.ts";
import { characterProblem } from "./topic.ts";

/** Selects the topics of a subscription or a grant. Only `parseMatcher` makes one. */
export interface Matcher {
  readonly type: MatcherType;
  /** The text as the client wrote it. */
  readonly match: string;
  /** Identifies the matcher: matchers of the same type and text have the same key, and so has `*` of each type. */
  readonly key: string;
  /** any: `*`, of any type. exact: one topic, found without a call of `matches`. pattern: `matches` has to decide. */
  readonly kind: "any" | "exact" | "pattern";
  matches(topic: string): boolean;
  /** Returns false only if the topic does not match. Takes well under a microsecond, and is exact if `cost` is 0. */
  mayMatch(topic: string): boolean;
  /** For patterns: the beginning of the `topicKey` of each topic that matches. */
  readonly prefix: string;
  /** For patterns: the text that may follow the prefix, if that alone decides; undefined: `matches` has to decide. */
  readonly tail: Tail | undefined;
  /** False only if it can't match any topic in the hub's own namespace. */
  readonly mayMatchReserved: boolean;
  /** The number of instructions of its automaton. Each may run once for each character of a topic. 0: it needs no automaton. */
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
