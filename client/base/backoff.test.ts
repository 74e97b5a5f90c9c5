import { expect, test } from "vitest";
import { waitMs } from "./backoff.ts";

const BACKOFF = { first: 1_000, longest: 30_000 };
const wait = (failed: number, random: number, wantedMs?: number) =>
  waitMs(BACKOFF, { failed, random, wantedMs });

test("the wait doubles up to its limit, however often a try fails, and chance takes at most half of it", () => {
  expect([0, 1, 4, 5, 5_000].map((failed) => wait(failed, 0))).toEqual([
    500, 1_000, 8_000, 15_000, 15_000,
  ]);
  expect(wait(2, 0.5)).toBe(3_000);
});

test("a server that ends a stream chooses the wait, and a server that refuses repeatedly is not asked more often", () => {
  expect(wait(0, 0, 200)).toBe(200);
  expect(wait(0, 0, 0)).toBe(100);
  expect(wait(5, 0, 200)).toBe(15_000);
  expect(wait(5, 0, 60_000)).toBe(60_000);
});
