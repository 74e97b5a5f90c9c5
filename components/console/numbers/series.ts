import type { NumbersDocument } from "../../../hub/stats/numbers.ts";

/** What is shown, in milliseconds. */
export const WINDOW_MS = 300_000;
/** Documents come once a second. Between two that are further apart, nothing is known. */
const APART_MS = 2_500;

/** What is added up since the first document. */
export const COUNTS = ["published", "delivered", "replayed", "refused", "lagged", "gaps"] as const;
export type Totals = Readonly<Record<(typeof COUNTS)[number], number>>;

/** A second of the hub, and how long it was. */
export interface Second {
  readonly numbers: NumbersDocument;
  /** What the counts are divided by for a rate. */
  readonly seconds: number;
}

/** The hub's numbers of the last minutes. It never changes: a fold makes another. */
export interface Series {
  /** Oldest first, none older than the window. */
  readonly seconds: readonly Second[];
  readonly totals: Totals;
  /** When the totals begin, in milliseconds since 1970 by the hub's clock; undefined: nothing has come yet. */
  readonly since: number | undefined;
}

export const NO_NUMBERS: Series = {
  seconds: [],
  totals: { published: 0, delivered: 0, replayed: 0, refused: 0, lagged: 0, gaps: 0 },
  since: undefined,
};

/** Adds what the hub says of a second. */
export function addSecond({ seconds, totals, since }: Series, numbers: NumbersDocument): Series {
  const { at } = numbers;
  // A clock that was set back leaves nothing behind that would come after.
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

/** What a line shows of a second; null: it was not measured. */
export type Pick = (second: Second) => number | null;

/** Columns as a chart takes them: the times in seconds since 1970, and the values of each line. Where nothing is known, all are null. */
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

/** The most that a line shows; null: nothing was measured. */
export function most(seconds: readonly Second[], pick: Pick): number | null {
  let highest: number | null = null;
  for (const second of seconds) {
    const value = pick(second);
    if (value !== null && (highest === null || value > highest)) highest = value;
  }
  return highest;
}
