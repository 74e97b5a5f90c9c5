const DIGITS = 15;
const SHAPE = /^\d{15} ./;

/**
 * The number of a leadership, as text. It starts with the time, so it is greater than all that its tab knows, and than most others.
 * It ends with the tab's id, so no two are equal, even if two tabs lead without knowing of each other.
 */
export type Term = string;

/** Less than all others. */
export const NO_TERM: Term = "";

export function nextTerm(known: Term, now: number, tab: string): Term {
  const count = Math.max(Math.floor(now), Number(known.slice(0, DIGITS)) + 1);
  return `${String(count).padStart(DIGITS, "0")} ${tab}`;
}

export function isTerm(raw: unknown): raw is Term {
  return typeof raw === "string" && (raw === NO_TERM || SHAPE.test(raw));
}
