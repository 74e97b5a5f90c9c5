/** Stops the timer that returned it. Stopping twice is fine. */
export type Stop = () => void;

/**
 * Time and chance, passed in: tests move a fake clock instead of sleeping.
 * No timer of these MUST keep the process alive.
 */
export interface Timers {
  /** The time of day, in milliseconds since 1970. Somebody may set it, back too. */
  now(): number;
  /** Milliseconds since a moment that does not matter; it only grows. For how long things take. */
  elapsed(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls back once, `ms` milliseconds from now; MUST be below 2^31, beyond which Node calls back at once. */
  after(ms: number, callback: () => void): Stop;
}

export const systemTimers: Timers = {
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A span of milliseconds, both ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A whole number of milliseconds from the span, so that many clients do not come back at once. */
export function jitter(timers: Timers, span: Span): number {
  return span.from + Math.floor(timers.random() * (span.to - span.from + 1));
}
