import fc from "fast-check";
import { expect, test } from "vitest";
import {
  EVERYTHING,
  likelyType,
  parseSubscription,
  type Subscription,
  subscriptionQuery,
} from "./subscription.ts";

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
const subscription: fc.Arbitrary<Subscription> = fc.record({
  matchers: fc.array(
    fc.record({ type: fc.constantFrom("exact" as const, "urlpattern" as const), match: text }),
    { minLength: 1, maxLength: 5 },
  ),
  from: fc.option(text, { nil: undefined }),
});

test("a query is parsed to the same subscription, and never ends a shell's quotes", () => {
  fc.assert(
    fc.property(subscription, (wanted) => {
      const query = subscriptionQuery(wanted);
      expect(parseSubscription(query)).toEqual(wanted);
      expect(query).not.toMatch(/['"`\\\s#]/);
    }),
  );
});

test("a query has as little encoding as possible", () => {
  expect(subscriptionQuery(EVERYTHING)).toBe("match=*");
  expect(
    subscriptionQuery({
      matchers: [
        { type: "exact", match: "https://example.com/books/1?a=b&c=d e" },
        { type: "urlpattern", match: "https://example.com/users/:id" },
      ],
      from: "earliest",
    }),
  ).toBe(
    "match=https://example.com/books/1?a%3Db%26c%3Dd%20e&match_urlpattern=https://example.com/users/:id&last_event_id=earliest",
  );
});

test.each(["", "match=", "match_regex=a", "token=x&match=a", "last_event_id=earliest"])(
  "the query %j is rejected",
  (query) => {
    expect(parseSubscription(query)).toBeUndefined();
  },
);

test.each([
  ["*", "exact"],
  ["https://example.com/books/1", "exact"],
  ["news: today", "exact"],
  ["http://127.0.0.1:3000/books", "exact"],
  ["https://example.com/books/:id", "urlpattern"],
  ["/books/*", "urlpattern"],
  ["https://example.com/{a,b}", "urlpattern"],
] as const)("the type of %s is guessed as %s", (match, type) => {
  expect(likelyType(match)).toBe(type);
});
