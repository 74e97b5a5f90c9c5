import type { Matcher } from "../topics/matcher.ts";

/** What a read asks for, by the way it is found. */
export type Selection =
  | { readonly by: "nothing" }
  | { readonly by: "everything" }
  /** Through the index of topics. Each topic once. */
  | { readonly by: "topics"; readonly topics: readonly string[] }
  /** By comparing, entry by entry: all that may match. Where automata decide, the reader of the log asks them. */
  | {
      readonly by: "comparing";
      mayMatch(topics: readonly string[]): boolean;
      /** The patterns that one topic is compared with; see `ReadBudget`. */
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
