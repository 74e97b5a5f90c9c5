import { expect, test } from "vitest";
import { FakeTimers } from "../testing/fake-timers.ts";
import type { Access } from "./access.ts";
import { VERIFIED_MS, VerifiedTokens } from "./verified-tokens.ts";

function setUp(seconds = 3_600) {
  const timers = new FakeTimers();
  const expiresAt = timers.now() + seconds * 1000;
  const access: Access = { issuer: "a", subject: "b", expiresAt, grants: [] };
  return { timers, access, verified: new VerifiedTokens(timers) };
}

test("a valid token is cached for a minute, for its role only", () => {
  const { timers, access, verified } = setUp();
  verified.add("token", "publisher", access);
  expect(verified.get("token", "subscriber")).toBeUndefined();
  expect(verified.get("token2", "publisher")).toBeUndefined();
  timers.advance(VERIFIED_MS - 1);
  expect(verified.get("token", "publisher")).toBe(access);
  // A use of the token does not extend its time in the cache.
  timers.advance(1);
  expect(verified.get("token", "publisher")).toBeUndefined();
});

test("a token is never cached past its exp", () => {
  const { timers, access, verified } = setUp(10);
  verified.add("token", "publisher", access);
  timers.advance(9_999);
  expect(verified.get("token", "publisher")).toBe(access);
  timers.advance(1);
  expect(verified.get("token", "publisher")).toBeUndefined();
});

test("setting the clock back does not extend the time in the cache", () => {
  const { timers, access, verified } = setUp();
  verified.add("token", "publisher", access);
  timers.setTime(-86_400_000);
  timers.advance(VERIFIED_MS);
  expect(verified.get("token", "publisher")).toBeUndefined();
});

test("the cache has at most a thousand tokens, and evicts the least recently used first", () => {
  const { access, verified } = setUp();
  for (let i = 0; i < 1_000; i += 1) verified.add(`token-${i}`, "publisher", access);
  expect(verified.get("token-0", "publisher")).toBe(access);
  verified.add("one more", "publisher", access);
  expect(verified.get("token-0", "publisher")).toBe(access);
  expect(verified.get("token-1", "publisher")).toBeUndefined();
  expect(verified.get("token-2", "publisher")).toBe(access);
});
