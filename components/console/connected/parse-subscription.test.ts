import { expect, test } from "vitest";
import { asCollection, cursorOf, parseSubscription } from "./parse-subscription.ts";

const DOCUMENT = {
  id: "/.well-known/mercure/subscriptions/exact/a/urn%3Auuid%3A1",
  type: "subscription",
  match_type: "exact",
  match: "a",
  subscriber: "urn:uuid:1",
  active: true,
  payload: { name: "Ada" },
};

test("a subscription event is parsed, and fields that are not needed are left out", () => {
  expect(parseSubscription(JSON.stringify({ ...DOCUMENT, more: 1 }))).toEqual(DOCUMENT);
});

test.each([
  "",
  "no JSON",
  "null",
  "[]",
  '"subscription"',
  JSON.stringify({ ...DOCUMENT, type: "other" }),
  JSON.stringify({ ...DOCUMENT, match_type: "regexp" }),
  JSON.stringify({ ...DOCUMENT, id: 1 }),
])("a document that is not a subscription is rejected: %j", (data) => {
  expect(parseSubscription(data)).toBeUndefined();
});

test("a payload that is not an object is left out", () => {
  expect(parseSubscription(JSON.stringify({ ...DOCUMENT, payload: "x" }))).not.toHaveProperty(
    "payload",
  );
});

test("a collection is parsed to its subscriptions", () => {
  expect(asCollection({ type: "subscriptions", subscriptions: [DOCUMENT, 1] })).toEqual([DOCUMENT]);
  expect(asCollection({})).toBeUndefined();
  expect(asCollection([DOCUMENT])).toBeUndefined();
});

test.each([
  [
    '<http://h/.well-known/mercure>; rel="mercure"; last-event-id="urn:uuid:1"; type="mercure"',
    "urn:uuid:1",
  ],
  ['</a>; rel="self"; last-event-id="no", </b>; rel=mercure; last-event-id="earliest"', "earliest"],
  ['</b>; rel="mercure"; last-event-id="a \\"b\\" \\\\ <c>, <d>"', 'a "b" \\ <c>, <d>'],
  ['</b>; rel="mercure"', undefined],
  [null, undefined],
])("the cursor is read from the hub's Link: %j", (link, cursor) => {
  expect(cursorOf(link)).toBe(cursor);
});
