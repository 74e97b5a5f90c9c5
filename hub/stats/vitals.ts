/** Of the times that were measured, in milliseconds: half were no longer than `p50`, and 99 of 100 no longer than `p99`. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Times, of which only the percentiles are wanted. */
export interface Spread {
  /** @param ms not negative; parts of a millisecond count */
  record(ms: number): void;
  /** Of the times since the last call; null: there were none. */
  take(): Percentiles | null;
}

/** How the process is that the hub runs in. */
export interface VitalSigns {
  /** Of the process. */
  readonly uptimeSeconds: number;
  /** Memory that the process takes. */
  readonly rssBytes: number;
  /** Of that, what JavaScript's objects take. */
  readonly heapBytes: number;
  /** Processor time since the last look, as a share of one core: all threads together may take more than 1. */
  readonly cpu: number;
  /** How much later than due the event loop came to a timer, since the last look. */
  readonly loopDelayMs: Percentiles;
}

/** Measures the process, while somebody wants to know. */
export interface Vitals {
  spread(): Spread;
  start(): void;
  stop(): void;
  /** MUST be called between `start` and `stop` alone. */
  read(): VitalSigns;
}
