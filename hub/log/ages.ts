import type { Position } from "./log.ts";

/** Everything up to a position was appended at this time, or before it. */
interface Correction {
  readonly upTo: Position;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a log knows of its clock: an entry's time may lie in the future when the clock was set back after it. */
export interface Ages {
  /** What the clock said last, in milliseconds since 1970. */
  readonly clock: number;
  /** Positions and times grow. */
  readonly corrections: readonly Correction[];
}

export const NO_AGES: Ages = { clock: 0, corrections: [] };

/** A clock that is set back all the time makes no list without an end. */
const MOST_CORRECTIONS = 32;

/**
 * Takes note of the clock. When it was set back, all that is in the log was appended now at the latest.
 * @param now milliseconds since 1970
 * @param last the log's newest position
 */
export function observe(ages: Ages, now: number, last: Position): Ages {
  if (now >= ages.clock) return { clock: now, corrections: ages.corrections };
  const earlier = ages.corrections.filter(({ at }) => at < now).slice(1 - MOST_CORRECTIONS);
  return { clock: now, corrections: [...earlier, { upTo: last, at: now }] };
}

/** Returns when an entry was appended, in milliseconds since 1970: at its time, or before the clock was set back. */
export function appendedAt({ corrections }: Ages, position: Position, at: number): number {
  if (corrections.length === 0) return at;
  const first = corrections.find(({ upTo }) => position <= upTo);
  return first === undefined ? at : Math.min(at, first.at);
}
