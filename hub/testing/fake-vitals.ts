import type { Percentiles, Spread, VitalSigns, Vitals } from "../stats/vitals.ts";

/** Process stats that a test sets. */
export class FakeVitals implements Vitals {
  isMeasured = false;
  signs: VitalSigns = {
    uptimeSeconds: 60,
    rssBytes: 2 ** 27,
    heapBytes: 2 ** 25,
    cpu: 0.25,
    loopDelayMs: { p50: 0.1, p99: 1.5 },
  };
  readonly #spreads: number[][] = [];

  /** The number of recorded times that are not taken yet. */
  get recorded(): number {
    return this.#spreads.flat().length;
  }

  spread(): Spread {
    const times: number[] = [];
    this.#spreads.push(times);
    return {
      record: (ms) => void times.push(ms),
      take(): Percentiles | null {
        const sorted = times.splice(0).sort((a, b) => a - b);
        const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        return sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99) };
      },
    };
  }

  start(): void {
    this.isMeasured = true;
  }

  stop(): void {
    this.isMeasured = false;
  }

  read(): VitalSigns {
    if (!this.isMeasured) throw new Error("nobody has started to measure");
    return this.signs;
  }
}
