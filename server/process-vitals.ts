import { createHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { Percentiles, Spread, Vitals } from "../hub/stats/vitals.ts";

/** How often the event loop is asked how late it is. */
const RESOLUTION_MS = 10;

/** Of this process. */
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
      // What is recorded is the time from one look to the next.
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

/** No time that is longer is told apart from this one. */
const LONGEST_NS = 600e9;

/** Nanoseconds, exact to a hundredth: its memory does not grow with what it is told. */
class HistogramSpread implements Spread {
  readonly #histogram = createHistogram({ highest: LONGEST_NS, figures: 2 });

  record(ms: number): void {
    // It takes whole numbers from 1 on.
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
