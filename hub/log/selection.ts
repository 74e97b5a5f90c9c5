import type { Matcher } from "../matcher.ts";

/** What a read asks for, by the way it is found. */
export type Selection =
  | { readonly by: "nothing" }
  | { readonly by: "everything" }
  /** Through the index of topics. Each topic once. */
  | { readonly by: "topics"; readonly topics: readonly string[] }
  /** By asking, entry by entry. */
  | {
      readonly by: "asking";
      accepts(topics: readonly string[]): boolean;
      /** What one topic takes, in looks; see `ReadBudget`. */
      readonly looks: number;
    };

/** A pattern that is compared as text is one look; see `Matcher.cost`. */
const COST_OF_A_LOOK = 20;

export function selectionOf(matchers: readonly Matcher[]): Selection {
  if (matchers.length === 0) return { by: "nothing" };
  if (matchers.some(({ kind }) => kind === "any")) return { by: "everything" };
  const exact = new Set(matchers.filter(({ kind }) => kind === "exact").map(({ match }) => match));
  const patterns = matchers.filter(({ kind }) => kind === "pattern");
  if (patterns.length === 0) return { by: "topics", topics: [...exact] };
  const cost = patterns.reduce((sum, pattern) => sum + pattern.cost, 0);
  return {
    by: "asking",
    looks: Math.max(1, Math.ceil(cost / COST_OF_A_LOOK)),
    accepts: (topics) =>
      topics.some(
        (topic) => exact.has(topic) || patterns.some((pattern) => pattern.matches(topic)),
      ),
  };
}
