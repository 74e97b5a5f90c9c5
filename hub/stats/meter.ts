/** What the hub measures as it happens; sums it keeps itself. Times are in milliseconds, with their parts. */
export interface Meter {
  /** An append was acknowledged. */
  appended(ms: number, updates: number): void;
  /** The updates of one commit were written to all that were live; `ms` since the log began with them. */
  delivered(ms: number): void;
  /** A request was refused; `reason` is one of few. */
  refused(reason: string): void;
}

export const UNMEASURED: Meter = { appended() {}, delivered() {}, refused() {} };
