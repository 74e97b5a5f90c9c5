/**
 * The updates of the load. The data begins with two numbers of fixed width, so that a parser reads them without creating
 * an object: the update's number within its topic, from 1, and the time when it was sent. The rest is padding.
 */

const SEQUENCE_DIGITS = 8;
const TIME_DIGITS = 10;
/** Ticks are small integers for V8. A time in milliseconds with a fraction would be an object for each delivery. */
const TICKS_PER_MS = 100;

/** The length of the shortest data, in bytes. */
export const LEAST_BYTES = SEQUENCE_DIGITS + 1 + TIME_DIGITS;

/** Returns this process's time, in ticks. */
export const now = () => Math.round(performance.now() * TICKS_PER_MS);

/** @param {number} ticks */
export const toMilliseconds = (ticks) => ticks / TICKS_PER_MS;

/** @param {number} index */
export const topicOf = (index) => `https://example.com/topics/${index}`;

/**
 * @param {number} sequence
 * @param {number} time in ticks
 * @param {number} bytes
 */
export function dataOf(sequence, time, bytes) {
  const numbers = `${String(sequence).padStart(SEQUENCE_DIGITS, "0")} ${String(time).padStart(TIME_DIGITS, "0")}`;
  return numbers.length < bytes ? `${numbers} ${"x".repeat(bytes - numbers.length - 1)}` : numbers;
}
