/** Receives the hub's measurements as they happen. Times are in milliseconds, with fractions. The hub itself keeps the sums. */
export interface Meter {
  /** An append was acknowledged. */
  appended(ms: number, updates: number): void;
  /** The updates of one commit were written to all live connections, `ms` after the log began with the commit. */
  delivered(ms: number): void;
  /** A request was refused; `reason` MUST be one of a few values. */
  refused(reason: string): void;
}

export const UNMEASURED: Meter = { appended() {}, delivered() {}, refused() {} };
