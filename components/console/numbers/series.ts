import type { NumbersDocument } from "../../../hub/stats/numbers.ts";

/** The time that is shown, in milliseconds. */
export const WINDOW_MS = 300_000;
/**
 * The longest distance of two documents that follow each other, in milliseconds: they come once a second. In a longer one, values are
 * unknown.
 */
const APART_MS = 2_500;

/** The counts that are totalled from the first document on. */
export const COUNTS = ["published", "delivered", "replayed", "refused", "lagged", "gaps"] as const;
export type Totals = Readonly<Record<(typeof COUNTS)[number], number>>;

/** The stats of one second, and how long that second was. */
export interface Second {
  readonly numbers: NumbersDocument;
  /** The divisor of the counts for a rate. */
  readonly seconds: number;
}

/** The hub's stats of the last minutes. It never changes: a fold makes another. */
export interface Series {
  /** Oldest first, none older than the window. */
  readonly seconds: readonly Second[];
  readonly totals: Totals;
  /** When the totals begin, in milliseconds since 1970 by the hub's clock; undefined: no document has come yet. */
  readonly since: number | undefined;
}

export const NO_NUMBERS: Series = {
  seconds: [],
  totals: { published: 0, delivered: 0, replayed: 0, refused: 0, lagged: 0, gaps: 0 },
  since: undefined,
};

/** Adds the hub's stats of one second. */
export function addSecond({ seconds, totals, since }: Series, numbers: NumbersDocument): Series {
  const { at } = numbers;
  // When the clock was set back, documents that would come later are removed.
  const kept = seconds.filter((each) => at - each.numbers.at <= WINDOW_MS && each.numbers.at < at);
  const before = kept.at(-1)?.numbers.at;
  const elapsed = before === undefined ? undefined : at - before;
  const whole = elapsed === undefined || elapsed > APART_MS ? 1 : elapsed / 1000;
  return {
    seconds: [...kept, { numbers, seconds: whole }],
    totals: {
      published: totals.published + numbers.published,
      delivered: totals.delivered + numbers.delivered,
      replayed: totals.replayed + numbers.replayed,
      refused: totals.refused + numbers.refused,
      lagged: totals.lagged + numbers.lagged,
      gaps: totals.gaps + numbers.gaps,
    },
    since: since ?? at,
  };
}

/** Returns a line's value for a second; null: it was not measured. */
export type Pick = (second: Second) => number | null;

/** Returns columns for a chart: the times in seconds since 1970, and the values of each line. Unknown values are null. */
export function columns(
  seconds: readonly Second[],
  picks: readonly Pick[],
): [number[], ...(number | null)[][]] {
  const times: number[] = [];
  const values: (number | null)[][] = picks.map(() => []);
  let before = Number.POSITIVE_INFINITY;
  for (const second of seconds) {
    const { at } = second.numbers;
    if (at - before > APART_MS) {
      times.push((before + 1_000) / 1_000);
      for (const column of values) column.push(null);
    }
    times.push(at / 1_000);
    for (const [index, pick] of picks.entries()) values[index]?.push(pick(second));
    before = at;
  }
  return [times, ...values];
}

/** Returns the highest value of a line; null: nothing was measured. */
export function most(seconds: readonly Second[], pick: Pick): number | null {
  let highest: number | null = null;
  for (const second of seconds) {
    const value = pick(second);
    if (value !== null && (highest === null || value > highest)) highest = value;
  }
  return highest;
}
