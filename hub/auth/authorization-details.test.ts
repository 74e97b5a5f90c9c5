import { expect, test } from "vitest";
import { HUB_URL } from "../testing/test-hub.ts";
import { DETAIL_TYPE } from "./access-token.mjs";
import { DETAIL_LIMITS, parseGrants } from "./authorization-details.ts";

const GOOD = { type: DETAIL_TYPE, actions: ["subscribe"], topics: [{ match: "a" }] };
const parse = (claim: unknown) => parseGrants(claim, HUB_URL);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("a token without the claim, or with an empty one, grants nothing", () => {
  expect(parse(undefined)).toEqual({ ok: true, grants: [] });
  expect(parse([])).toEqual({ ok: true, grants: [] });
});

test("details of other types are ignored, even if they are malformed", () => {
  const other = { type: "payment_initiation", actions: "x", topics: 5 };
  const upper = { type: DETAIL_TYPE.toUpperCase() };
  expect(parse([other, upper])).toEqual({ ok: true, grants: [] });
  expect(parse([other, GOOD])).toMatchObject({ grants: [{ topics: [{ match: "a" }] }] });
});

test("a matcher without match_type is exact, and `*` matches every topic", () => {
  const topics = [
    { match: "a" },
    { match: "b", match_type: "exact" },
    { match: "*" },
    { match: "*", match_type: "urlpattern" },
    { match: "https://example.com/books/:id", match_type: "urlpattern" },
  ];
  expect(parse([{ ...GOOD, topics }])).toMatchObject({
    grants: [
      {
        topics: [
          { kind: "exact" },
          { kind: "exact" },
          { kind: "any" },
          { kind: "any" },
          { kind: "pattern" },
        ],
      },
    ],
  });
});

test("unknown actions are ignored, and grant nothing", () => {
  const parsed = parse([
    { ...GOOD, actions: ["archive", "publish", "Subscribe", "publish"] },
    { ...GOOD, actions: ["archive", ""] },
  ]);
  expect(parsed).toMatchObject({ ok: true, grants: [{ actions: new Set(["publish"]) }] });
});

test("a payload is kept, and a publisher's payload is accepted", () => {
  expect(parse([{ ...GOOD, payload: { a: 1 } }])).toMatchObject({
    grants: [{ payload: { a: 1 } }],
  });
  expect(parse([{ ...GOOD, actions: ["publish"], payload: {} }])).toMatchObject({ ok: true });
});

const DEFECTS: Record<string, unknown> = {
  "a detail that is a string": "subscribe",
  "a detail that is null": null,
  "a detail that is an array": [GOOD],
  "a detail without a type": { ...GOOD, type: undefined },
  "no actions": { ...GOOD, actions: undefined },
  "empty actions": { ...GOOD, actions: [] },
  "actions that are a string": { ...GOOD, actions: "subscribe" },
  "an action that is no string": { ...GOOD, actions: ["subscribe", 5] },
  "no topics": { ...GOOD, topics: undefined },
  "empty topics": { ...GOOD, topics: [] },
  "topics that are an object": { ...GOOD, topics: { match: "a" } },
  "a topic that is a string": { ...GOOD, topics: ["a"] },
  "a topic that is an array": { ...GOOD, topics: [["a"]] },
  "a topic that is null": { ...GOOD, topics: [null] },
  "no match": { ...GOOD, topics: [{ match_type: "exact" }] },
  "a match that is no string": { ...GOOD, topics: [{ match: 5 }] },
  "an empty match": { ...GOOD, topics: [{ match: "" }] },
  "a match with a control character": { ...GOOD, topics: [{ match: "a\nb" }] },
  "a match that is too long": { ...GOOD, topics: [{ match: "a".repeat(2_049) }] },
  "a match type that is no string": { ...GOOD, topics: [{ match: "a", match_type: null }] },
  "an unknown match type": { ...GOOD, topics: [{ match: "a", match_type: "uritemplate" }] },
  "a match type in capitals": { ...GOOD, topics: [{ match: "a", match_type: "Exact" }] },
  "an unknown match type beside *": { ...GOOD, topics: [{ match: "*", match_type: "regexp" }] },
  "a pattern that does not parse": {
    ...GOOD,
    topics: [{ match: "https://example.com/(", match_type: "urlpattern" }],
  },
  "a defect where only unknown actions are": { ...GOOD, actions: ["archive"], topics: [] },
  "a payload that is a string": { ...GOOD, payload: "a" },
  "a payload that is null": { ...GOOD, payload: null },
  "a payload that is an array": { ...GOOD, payload: [] },
  "a payload that is too long": { ...GOOD, payload: { a: "x".repeat(4_096) } },
  "too many topics": { ...GOOD, topics: times(101, { match: "a" }) },
};

test.each(Object.entries(DEFECTS))(
  "%s: the whole claim is refused, even if it has valid grants",
  (_, defect) => {
    for (const claim of [[defect], [GOOD, defect], [defect, GOOD]]) {
      const parsed = parse(JSON.parse(JSON.stringify(claim)));
      expect(parsed.ok).toBe(false);
      if (!parsed.ok) expect(parsed.problem).toMatch(/^\[[01]\]/);
    }
  },
);

test.each([null, {}, "[]", 5, GOOD, true])("a claim that is %j is refused", (claim) => {
  expect(parse(claim)).toEqual({ ok: false, problem: "is no array" });
});

test("a token may have 100 Mercure details, 100 topics in each, and 500 topics in all", () => {
  const full = { ...GOOD, topics: times(DETAIL_LIMITS.topicsOfDetail, { match: "a" }) };
  expect(parse(times(100, GOOD)).ok).toBe(true);
  expect(parse(times(101, GOOD)).ok).toBe(false);
  expect(parse([...times(100, GOOD), ...times(100, { type: "other" })]).ok).toBe(true);
  expect(parse(times(5, full)).ok).toBe(true);
  expect(parse([...times(5, full), GOOD]).ok).toBe(false);
});
