const DIGITS = 15;
const SHAPE = /^\d{15} ./;

/**
 * Which leadership it is, as text: each is greater than all that its tab knows of, and than most that it doesn't, since it starts with the
 * time. It ends with the tab's id, so no two are the same, whoever leads without knowing of whom.
 */
export type Term = string;

/** Before all others. */
export const NO_TERM: Term = "";

export function nextTerm(known: Term, now: number, tab: string): Term {
  const count = Math.max(Math.floor(now), Number(known.slice(0, DIGITS)) + 1);
  return `${String(count).padStart(DIGITS, "0")} ${tab}`;
}

export function isTerm(raw: unknown): raw is Term {
  return typeof raw === "string" && (raw === NO_TERM || SHAPE.test(raw));
}
