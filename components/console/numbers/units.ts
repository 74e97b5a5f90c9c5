/** How a value is written, and its unit: `1,204` and `a second`. */
export interface Unit {
  readonly name: string;
  write(value: number): string;
}

const whole = (value: number) => Math.round(value).toLocaleString("en");
/** Writes a decimal where it is useful. */
const tenths = (value: number) => (value < 9.95 ? value.toFixed(1) : whole(value));
const hundredths = (value: number) => (value < 0.995 ? value.toFixed(2) : tenths(value));

export const COUNT: Unit = { name: "", write: whole };
export const PER_SECOND: Unit = { name: "a second", write: tenths };
export const MILLISECONDS: Unit = { name: "ms", write: hundredths };
/** In units of 1,000,000 bytes. */
export const MEGABYTES: Unit = { name: "MB", write: (bytes) => tenths(bytes / 1e6) };
/** In units of 1,000 bytes. */
export const KILOBYTES_PER_SECOND: Unit = { name: "kB/s", write: (bytes) => tenths(bytes / 1e3) };
export const PERCENT: Unit = { name: "% of a core", write: (share) => whole(share * 100) };

/** Writes a value with its unit, for text; null: nothing was measured. */
export function inWords(value: number | null, { name, write }: Unit): string {
  if (value === null) return "nothing measured";
  return name === "" ? write(value) : `${write(value)} ${name}`;
}
