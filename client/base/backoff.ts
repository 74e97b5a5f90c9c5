/** The wait before the next try, in milliseconds. It doubles from `first` up to `longest`; chance takes up to half of it away. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

export const BACKOFF: Backoff = { first: 1_000, longest: 30_000 };
/** The shortest wait that a server can ask for, in milliseconds. */
const SHORTEST_WAIT_MS = 100;

/**
 * Returns the wait before the next try, in milliseconds.
 * @param failed how many tries in a row have failed
 * @param random a number in [0, 1)
 * @param wantedMs the wait that the server asked for, in milliseconds
 */
export function waitMs(
  { first, longest }: Backoff,
  { failed, random, wantedMs }: { failed: number; random: number; wantedMs: number | undefined },
): number {
  // Half to all of it, by chance: after a server's failure, its clients do not all reconnect at once.
  const own = Math.min(longest, first * 2 ** failed) * (0.5 + random / 2);
  if (wantedMs === undefined) return own;
  // A server that ends a stream chooses the wait, also by chance. A server that refuses is not asked more often than others.
  const wanted = Math.max(SHORTEST_WAIT_MS, wantedMs);
  return failed === 0 ? wanted : Math.max(wanted, own);
}
