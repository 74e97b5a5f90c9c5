import type { Position } from "./log.ts";

/** A correction of the clock: all entries up to `position` were appended at or before `at`. */
interface Correction {
  readonly upTo: Position;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The log's knowledge of its clock. An entry's time may be in the future if the clock was set back after the append. */
export interface Ages {
  /** The last reading of the clock, in milliseconds since 1970. */
  readonly clock: number;
  /** In order: positions and times grow. */
  readonly corrections: readonly Correction[];
}

export const NO_AGES: Ages = { clock: 0, corrections: [] };

/** Bounds the list, even if the clock is set back all the time. */
const MOST_CORRECTIONS = 32;

/**
 * Records a reading of the clock. If the clock was set back, all current entries count as appended now at the latest.
 * @param now milliseconds since 1970
 * @param last the log's newest position
 */
export function observe(ages: Ages, now: number, last: Position): Ages {
  if (now >= ages.clock) return { clock: now, corrections: ages.corrections };
  const earlier = ages.corrections.filter(({ at }) => at < now).slice(1 - MOST_CORRECTIONS);
  return { clock: now, corrections: [...earlier, { upTo: last, at: now }] };
}

/** Returns the time of an append, in milliseconds since 1970. A later correction of the clock limits it. */
export function appendedAt({ corrections }: Ages, position: Position, at: number): number {
  if (corrections.length === 0) return at;
  const first = corrections.find(({ upTo }) => position <= upTo);
  return first === undefined ? at : Math.min(at, first.at);
}
