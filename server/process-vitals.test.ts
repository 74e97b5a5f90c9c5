import { expect, test, vi } from "vitest";
import { processVitals } from "./process-vitals.ts";

test("the percentiles are those of the times since the last reading, with fractions of a millisecond", () => {
  const spread = processVitals().spread();
  expect(spread.take()).toBeNull();
  for (let each = 1; each <= 100; each += 1) spread.record(each / 100);
  const { p50, p99 } = spread.take() ?? { p50: 0, p99: 0 };
  expect(p50).toBeCloseTo(0.5, 1);
  expect(p99).toBeCloseTo(0.99, 1);
  expect(p50).toBeLessThan(p99);
  expect(spread.take()).toBeNull();
});

test("a time of any length can be recorded", () => {
  const spread = processVitals().spread();
  for (const ms of [0, 1e-9, 1e9]) spread.record(ms);
  const { p50, p99 } = spread.take() ?? { p50: -1, p99: -1 };
  expect(p50).toBe(0);
  expect(p99).toBeGreaterThan(500_000);
});

test("the memory and CPU of the process are available while it is measured", async () => {
  const vitals = processVitals();
  vitals.start();
  const busy = setInterval(() => {
    const until = performance.now() + 30;
    while (performance.now() < until);
  }, 40);
  try {
    const signs = await vi.waitFor(
      () => {
        const read = vitals.read();
        expect(read.loopDelayMs.p99).toBeGreaterThan(10);
        return read;
      },
      { interval: 200, timeout: 4_000 },
    );
    expect(signs.cpu).toBeGreaterThan(0);
    expect(signs.cpu).toBeLessThan(64);
    expect(signs.rssBytes).toBeGreaterThan(signs.heapBytes);
    expect(signs.heapBytes).toBeGreaterThan(1_000_000);
    expect(signs.uptimeSeconds).toBeGreaterThanOrEqual(0);
  } finally {
    clearInterval(busy);
    vitals.stop();
  }
});
