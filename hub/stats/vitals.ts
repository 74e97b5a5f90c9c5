/** Percentiles of measured times, in milliseconds: half were no longer than `p50`, and 99 of 100 no longer than `p99`. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** A set of measured times that keeps only what the percentiles need. */
export interface Spread {
  /** Adds a time. @param ms not negative; fractions of a millisecond count */
  record(ms: number): void;
  /** Returns the percentiles of the times since the last call; null: there were none. */
  take(): Percentiles | null;
}

/** The state of the hub's process. */
export interface VitalSigns {
  /** The time since the process started. */
  readonly uptimeSeconds: number;
  /** The memory that the process uses. */
  readonly rssBytes: number;
  /** The part of it that JavaScript's objects use. */
  readonly heapBytes: number;
  /** Processor time since the last `read`, as a share of one core. All threads together may use more than 1. */
  readonly cpu: number;
  /** The delay of timers by the event loop, since the last `read`. */
  readonly loopDelayMs: Percentiles;
}

/** Measures the process, between `start` and `stop`. */
export interface Vitals {
  spread(): Spread;
  start(): void;
  stop(): void;
  /** Returns the current values. MUST be called only between `start` and `stop`. */
  read(): VitalSigns;
}
