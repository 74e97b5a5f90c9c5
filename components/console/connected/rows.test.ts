import { expect, test } from "vitest";
import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";
import { groupsOf, rowsOf, shortId } from "./rows.ts";

function subscription(
  match: string,
  subscriber: string,
  more: Partial<SubscriptionDocument> = {},
): SubscriptionDocument {
  return {
    id: `${match}/${subscriber}`,
    type: "subscription",
    match_type: "exact",
    match,
    subscriber,
    active: true,
    ...more,
  };
}

const names = (documents: readonly SubscriptionDocument[], words = "") =>
  groupsOf(documents, words).map(({ match, documents: all }) => `${match} ${all.length}`);

test("subscriptions are grouped by matcher and type in alphabetical order, with the list's own group last", () => {
  const all = [
    subscription("b", "1"),
    subscription("a", "1"),
    subscription("b", "2"),
    subscription("b", "3", { match_type: "urlpattern" }),
  ];
  expect(names(all)).toEqual(["a 1", "b 2", "b 1"]);
  expect(groupsOf(all, "", "a").at(-1)?.match).toBe("a");
});

test("the filter searches matchers, ids and payloads, in any case", () => {
  const all = [
    subscription("https://example.com/Books", "1"),
    subscription("films", "urn:uuid:ABC"),
    subscription("music", "3", { payload: { name: "Ada" } }),
  ];
  expect(names(all, " books ")).toEqual(["https://example.com/Books 1"]);
  expect(names(all, "uuid:abc")).toEqual(["films 1"]);
  expect(names(all, "ADA")).toEqual(["music 1"]);
  expect(names(all, "nothing")).toEqual([]);
});

test("a matcher with few subscriptions is open and one with many is closed, until the reader changes that", () => {
  const many = Array.from({ length: 6 }, (_, i) => subscription("many", String(i)));
  const groups = groupsOf([...many, subscription("few", "1")], "");
  const keys = (turned: ReadonlyMap<string, boolean>) =>
    rowsOf(groups, turned).map(({ key }) => key);
  expect(keys(new Map())).toEqual(["exact few", "few/1", "exact many"]);
  const turned = new Map([
    ["exact few", false],
    ["exact many", true],
  ]);
  expect(keys(turned)).toEqual(["exact few", "exact many", ...many.map(({ id }) => id)]);
});

test.each([
  ["urn:uuid:bb3de268-05b0-4c65-b44e-8f9acefc29d6", "bb3de268…"],
  ["did:example:1", "did:example:1"],
  ["https://example.com/users/1", "https://…"],
])("an id is shortened: %s", (id, short) => {
  expect(shortId(id)).toBe(short);
});
