import { expect, test } from "vitest";
import { RateMeter } from "./rate-meter.ts";

test("a stream with one event a second has an even rate of 1, even if its timer is late by chance", () => {
  const meter = new RateMeter();
  const start = 1_000_000;
  for (let second = 0; second <= 30; second += 1) {
    const at = start + second * 1000 + (second % 3) * 40 - 20;
    meter.count(at);
    if (second > 3) expect(meter.rate(at + 100)).toBe(1);
  }
  expect(meter.rates(start + 30_100).slice(-31)).toEqual(new Array(31).fill(1));
  expect(meter.total).toBe(31);
});

test("rates move on in silence, and after a minute of it only the total is left", () => {
  const meter = new RateMeter();
  for (let i = 0; i < 10; i += 1) meter.count(0);
  expect(meter.rates(0).at(-1)).toBe(10);
  expect(meter.rates(5_000).at(-6)).toBe(10);
  expect(meter.rate(5_000)).toBe(0);
  expect(meter.rates(61_000)).toEqual(new Array(60).fill(0));
  expect(meter.rates(10 ** 12)).toHaveLength(60);
  expect(meter.total).toBe(10);
});

test("the rate in the first second counts the events so far", () => {
  const meter = new RateMeter();
  expect(meter.rate(0)).toBe(0);
  meter.count(0);
  meter.count(10);
  expect(meter.rate(20)).toBe(2);
});
