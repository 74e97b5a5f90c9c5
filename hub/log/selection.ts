import type { Matcher } from "../topics/matcher.ts";

/** The entries that a read selects, by the way to find them. */
export type Selection =
  | { readonly by: "nothing" }
  | { readonly by: "everything" }
  /** Found through the index of topics. Each topic occurs once. */
  | { readonly by: "topics"; readonly topics: readonly string[] }
  /** Found by comparing each entry: all entries that may match. If automata decide, the caller of the read runs them. */
  | {
      readonly by: "comparing";
      mayMatch(topics: readonly string[]): boolean;
      /** The number of patterns that each topic is compared with; see `ReadBudget`. */
      readonly looks: number;
    };

export function selectionOf(matchers: readonly Matcher[]): Selection {
  if (matchers.length === 0) return { by: "nothing" };
  if (matchers.some(({ kind }) => kind === "any")) return { by: "everything" };
  const exact = new Set(matchers.filter(({ kind }) => kind === "exact").map(({ match }) => match));
  const patterns = matchers.filter(({ kind }) => kind === "pattern");
  if (patterns.length === 0) return { by: "topics", topics: [...exact] };
  return {
    by: "comparing",
    looks: patterns.length,
    mayMatch: (topics) =>
      topics.some(
        (topic) => exact.has(topic) || patterns.some((pattern) => pattern.mayMatch(topic)),
      ),
  };
}
