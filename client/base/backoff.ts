/** How long to wait before the next try, in milliseconds: from `first`, doubling, up to `longest`, and half to all of that by chance. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

export const BACKOFF: Backoff = { first: 1_000, longest: 30_000 };
/** No server's word makes the next try come sooner, in milliseconds. */
const SHORTEST_WAIT_MS = 100;

/**
 * How long to wait now, in milliseconds.
 * @param failed how many tries in a row have failed
 * @param random a number in [0, 1)
 * @param wantedMs what the server has asked for, in milliseconds
 */
export function waitMs(
  { first, longest }: Backoff,
  { failed, random, wantedMs }: { failed: number; random: number; wantedMs: number | undefined },
): number {
  // Half to all of it, by chance: the clients of a server that went away do not come back as one.
  const own = Math.min(longest, first * 2 ** failed) * (0.5 + random / 2);
  if (wantedMs === undefined) return own;
  // A server that ends a stream says when to come back, by chance too. One that refuses is not asked more often than others.
  const wanted = Math.max(SHORTEST_WAIT_MS, wantedMs);
  return failed === 0 ? wanted : Math.max(wanted, own);
}
