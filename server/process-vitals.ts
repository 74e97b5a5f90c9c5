import { createHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Percentiles, Spread, Vitals } from "../hub/stats/vitals.ts";

/** The interval at which the delay of the event loop is measured, in milliseconds. */
const RESOLUTION_MS = 10;

/** Measures the memory, CPU and event loop delay of this process. */
export function processVitals(): Vitals {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let spent = process.cpuUsage();
  let since = performance.now();
  const cpuSinceLast = () => {
    const [{ user, system }, now] = [process.cpuUsage(), performance.now()];
    const share = (user + system - spent.user - spent.system) / 1_000 / (now - since);
    spent = { user, system };
    since = now;
    return share;
  };
  return {
    spread: () => new HistogramSpread(),
    start() {
      cpuSinceLast();
      delay.reset();
      delay.enable();
    },
    stop: () => void delay.disable(),
    read() {
      const { rss, heapUsed } = process.memoryUsage();
      // The recorded value is the time between two measurements, so the interval is subtracted.
      const late = (percentile: number) =>
        Math.max(0, rounded(delay.percentile(percentile) / 1e6 - RESOLUTION_MS));
      const loopDelayMs = { p50: late(50), p99: late(99) };
      delay.reset();
      return {
        uptimeSeconds: Math.floor(process.uptime()),
        rssBytes: rss,
        heapBytes: heapUsed,
        cpu: rounded(cpuSinceLast()),
        loopDelayMs,
      };
    },
  };
}

/** The longest time that is recorded, in nanoseconds. Longer times are recorded as this one. */
const LONGEST_NS = 600e9;

/** A histogram of nanoseconds with two significant digits. Its memory does not grow with the number of values. */
class HistogramSpread implements Spread {
  readonly #histogram = createHistogram({ highest: LONGEST_NS, figures: 2 });

  record(ms: number): void {
    // The histogram accepts only whole numbers of at least 1.
    this.#histogram.record(Math.min(Math.max(1, Math.round(ms * 1e6)), LONGEST_NS));
  }

  take(): Percentiles | null {
    const histogram = this.#histogram;
    if (histogram.count === 0) return null;
    const at = (percentile: number) => rounded(histogram.percentile(percentile) / 1e6);
    const taken = { p50: at(50), p99: at(99) };
    histogram.reset();
    return taken;
  }
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
