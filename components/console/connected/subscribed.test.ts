import fc from "fast-check";
import { expect, test } from "vitest";
import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";
import { MAX_SUBSCRIPTIONS } from "../../../protocol/limits.ts";
import { fold, settle, startSubscribed } from "./subscribed.ts";

function subscription(subscriber: string, active = true, match = "a"): SubscriptionDocument {
  const id = `/.well-known/mercure/subscriptions/exact/${match}/${subscriber}`;
  return { id, type: "subscription", match_type: "exact", match, subscriber, active };
}

const subscribers = (state: Parameters<typeof settle>[0]) =>
  [...settle(state).values()].map(({ subscriber }) => subscriber);

test("a subscription is added when it begins, and removed when it ends", () => {
  let state = startSubscribed([subscription("1"), subscription("2")]);
  state = fold(state, subscription("3"));
  state = fold(state, subscription("1", false));
  expect(subscribers(state)).toEqual(["2", "3"]);
});

test("a subscription in the list is not added twice, and one that has ended does not return", () => {
  let state = startSubscribed([subscription("1")]);
  state = fold(state, subscription("1"));
  state = fold(state, subscription("2", false));
  expect(subscribers(state)).toEqual(["1"]);
});

test("the state equals all events applied one after the other, however many there are", () => {
  const event = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(event, { maxLength: 2_000, size: "max" }), (events) => {
      const expected = new Map<string, SubscriptionDocument>();
      let state = startSubscribed([]);
      for (const [number, active] of events) {
        const document = subscription(String(number), active);
        if (active) expected.set(document.id, document);
        else expected.delete(document.id);
        state = fold(state, document);
      }
      expect(settle(state)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test("an earlier state does not change", () => {
  const before = fold(startSubscribed([]), subscription("1"));
  fold(before, subscription("1", false));
  expect(subscribers(before)).toEqual(["1"]);
});

test("ten thousand subscriptions at most are kept, and a free place is used again", () => {
  const all = Array.from({ length: MAX_SUBSCRIPTIONS + 5 }, (_, i) => subscription(String(i)));
  let state = startSubscribed(all);
  state = fold(state, subscription("late"));
  expect(settle(state).size).toBe(MAX_SUBSCRIPTIONS);
  expect(subscribers(state)).not.toContain("late");
  state = fold(state, subscription("0", false));
  state = fold(state, subscription("later"));
  expect(settle(state).size).toBe(MAX_SUBSCRIPTIONS);
  expect(subscribers(state).at(-1)).toBe("later");
});
