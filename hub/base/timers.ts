/** Stops the timer that returned it. Stopping twice is fine. */
export type Stop = () => void;

/**
 * Clocks, timers and random numbers. They are passed in, so that tests move a fake clock instead of sleeping.
 * A timer MUST NOT keep the process alive.
 */
export interface Timers {
  /** Returns the time of day, in milliseconds since 1970. The system's clock may be changed, also backwards. */
  now(): number;
  /** Returns milliseconds since an arbitrary moment; it never decreases. Use it to measure durations. */
  elapsed(): number;
  /** Returns a number in [0, 1). */
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

/** Returns a random whole number of milliseconds from the span, so that many clients do not reconnect at once. */
export function jitter(timers: Timers, span: Span): number {
  return span.from + Math.floor(timers.random() * (span.to - span.from + 1));
}
