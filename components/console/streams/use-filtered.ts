import { useEffect, useMemo, useReducer } from "react";
import type { Entry } from "../../../client/base/snapshot.ts";
import { FilteredEntries } from "./filtered-entries.ts";

/** How long a frame may look at entries, in milliseconds. */
const BUDGET_MS = 6;

/** The entries that have the query in them; with very many, more of them from frame to frame until it is `complete`. */
export function useFiltered(
  entries: readonly Entry[],
  query: string,
): { filtered: FilteredEntries; complete: boolean } {
  const [, drawAgain] = useReducer((n: number) => n + 1, 0);
  const filtered = useMemo(() => new FilteredEntries(query), [query]);
  // A look that is taken twice finds nothing new, so it may be taken while rendering.
  const complete = filtered.update(entries, BUDGET_MS);
  useEffect(() => {
    if (complete) return;
    const frame = requestAnimationFrame(drawAgain);
    return () => cancelAnimationFrame(frame);
  });
  return { filtered, complete };
}
