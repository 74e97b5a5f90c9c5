import { useEffect, useMemo, useReducer } from "react";
import type { Entry } from "../../../client/base/snapshot.ts";
import { FilteredEntries } from "./filtered-entries.ts";

/** The time for reading entries in one frame, in milliseconds. */
const BUDGET_MS = 6;

/** Returns the entries that contain the query. With very many entries, each frame adds more, until it is `complete`. */
export function useFiltered(
  entries: readonly Entry[],
  query: string,
): { filtered: FilteredEntries; complete: boolean } {
  const [, drawAgain] = useReducer((n: number) => n + 1, 0);
  const filtered = useMemo(() => new FilteredEntries(query), [query]);
  // A second update finds nothing new, so this may be done while rendering.
  const complete = filtered.update(entries, BUDGET_MS);
  useEffect(() => {
    if (complete) return;
    const frame = requestAnimationFrame(drawAgain);
    return () => cancelAnimationFrame(frame);
  });
  return { filtered, complete };
}
