import type { Matcher } from "../topics/matcher.ts";

/** The most weight of all subscribed patterns: together (`all`), and of one client (`ofClient`); see `weightOf`. */
export const PATTERN_LIMITS = { all: 200_000, ofClient: 50_000 } as const;

/** The least weight of an automaton. Even a small one takes about 32 KiB, and microseconds for each topic that it checks. */
const LEAST_AUTOMATON = 20;

/** Returns the weight of a matcher. A pattern without an automaton is found by its prefix: it costs only memory. */
const weightOf = ({ kind, cost }: Matcher): number => {
  if (kind !== "pattern") return 0;
  return cost === 0 ? 1 : Math.max(LEAST_AUTOMATON, cost);
};

/** A set of different patterns. Each counts once, even if it has many subscribers. */
class Patterns {
  readonly #subscribers = new Map<string, number>();
  weight = 0;

  get isEmpty(): boolean {
    return this.#subscribers.size === 0;
  }

  /** Returns the weight that these matchers would add. */
  missing(matchers: readonly Matcher[]): number {
    return matchers.reduce(
      (sum, matcher) => sum + (this.#subscribers.has(matcher.key) ? 0 : weightOf(matcher)),
      0,
    );
  }

  add(matcher: Matcher): void {
    const before = this.#subscribers.get(matcher.key) ?? 0;
    if (before === 0) this.weight += weightOf(matcher);
    this.#subscribers.set(matcher.key, before + 1);
  }

  remove(matcher: Matcher): void {
    const left = (this.#subscribers.get(matcher.key) ?? 1) - 1;
    if (left > 0) this.#subscribers.set(matcher.key, left);
    else if (this.#subscribers.delete(matcher.key)) this.weight -= weightOf(matcher);
  }
}

/** Bounds the subscribed patterns. It refuses only a subscription that would add a new pattern. */
export class PatternBudget {
  readonly #all = new Patterns();
  readonly #byClient = new Map<string, Patterns>();

  /** Returns why the client can't subscribe with these matchers now; undefined: it can. */
  refusal(
    matchers: readonly Matcher[],
    client: string,
  ): "patterns full" | "client patterns full" | undefined {
    const own = this.#byClient.get(client);
    const added = (own ?? new Patterns()).missing(matchers);
    if (added > 0 && (own?.weight ?? 0) + added > PATTERN_LIMITS.ofClient) {
      return "client patterns full";
    }
    const missing = this.#all.missing(matchers);
    return missing > 0 && this.#all.weight + missing > PATTERN_LIMITS.all
      ? "patterns full"
      : undefined;
  }

  /** Counts the matchers, until the returned function is called. */
  take(matchers: readonly Matcher[], client: string): () => void {
    const patterns = matchers.filter(({ kind }) => kind === "pattern");
    if (patterns.length === 0) return () => {};
    const own = this.#byClient.get(client) ?? new Patterns();
    this.#byClient.set(client, own);
    for (const matcher of patterns) {
      this.#all.add(matcher);
      own.add(matcher);
    }
    return () => {
      for (const matcher of patterns) {
        this.#all.remove(matcher);
        own.remove(matcher);
      }
      if (own.isEmpty && this.#byClient.get(client) === own) this.#byClient.delete(client);
    };
  }
}
