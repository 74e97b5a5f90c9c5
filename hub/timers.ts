/** Stops the timer that returned it. Stopping twice is fine. */
export type Stop = () => void;

/**
 * Time and chance, passed in: tests move a fake clock instead of sleeping.
 * Every timer MUST let the process exit (it is unref'ed).
 */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls back once, `ms` milliseconds from now. */
  after(ms: number, callback: () => void): Stop;
}

export const systemTimers: Timers = {
  now: Date.now,
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
