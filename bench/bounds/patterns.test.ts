import { describe, expect, test } from "vitest";
import { AUDIENCES, hostileTopics, MATCHERS, newTopics } from "./patterns.mjs";

describe.each(Object.entries(AUDIENCES))("an audience of streams (%s)", (_name, queryOf) => {
  const [first, second] = [0, 1].map((i) => [...new URLSearchParams(queryOf(i)).values()]);

  test("has the highest number of matchers that a request may have", () => {
    expect(first?.length).toBeGreaterThan(0);
    expect(first?.length).toBeLessThanOrEqual(MATCHERS);
  });

  test("has no duplicate matcher", () => {
    const all = [...(first ?? []), ...(second ?? [])];
    expect(new Set(all).size).toBe(all.length);
  });
});

test("hostile topics are as many as an update may have, and new in each round", () => {
  const all = [...hostileTopics(1), ...hostileTopics(2)];
  expect(new Set(all).size).toBe(200);
  for (const topic of all) expect(topic).toHaveLength(1500);
});

test("the topics of a batch are new in each round", () => {
  expect(new Set([...newTopics(1, 50), ...newTopics(2, 50)]).size).toBe(100);
});
