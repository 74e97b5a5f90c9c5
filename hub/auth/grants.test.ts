import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HUB_URL } from "../testing/test-hub.ts";
import { ISSUER } from "../testing/test-tokens.ts";
import type { Access } from "./access.ts";
import { DETAIL_TYPE } from "./access-token.mjs";
import { parseGrants } from "./authorization-details.ts";
import { covers, grantsKey, payloadFor } from "./grants.ts";

interface Detail {
  readonly actions: readonly string[];
  readonly topics: readonly { readonly match: string; readonly match_type?: string }[];
  readonly payload?: object;
}

function accessOf(details: readonly Detail[], expiresAt = 1): Access {
  const claim = details.map((detail) => ({ type: DETAIL_TYPE, ...detail }));
  const parsed = parseGrants(claim, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return { issuer: ISSUER, subject: undefined, expiresAt, grants: parsed.grants };
}

const subscribe = (...matches: string[]): Detail => ({
  actions: ["subscribe"],
  topics: matches.map((match) => ({ match })),
});

describe("covers", () => {
  test("nothing is granted without a token, or by one without details", () => {
    expect(covers(undefined, "subscribe", "a")).toBe(false);
    expect(covers(accessOf([]), "subscribe", "a")).toBe(false);
  });

  test("a grant is only for its own actions and topics", () => {
    const access = accessOf([
      subscribe("a"),
      { actions: ["publish"], topics: [{ match: "b" }] },
      {
        actions: ["publish"],
        topics: [{ match: "https://example.com/users/1/*", match_type: "urlpattern" }],
      },
    ]);
    expect(covers(access, "subscribe", "a")).toBe(true);
    expect(covers(access, "publish", "a")).toBe(false);
    expect(covers(access, "publish", "b")).toBe(true);
    expect(covers(access, "subscribe", "b")).toBe(false);
    expect(covers(access, "subscribe", "A")).toBe(false);
    expect(covers(access, "publish", "https://example.com/users/1/books")).toBe(true);
    expect(covers(access, "publish", "https://example.com/users/2/books")).toBe(false);
  });

  test("a grant for * is for every topic, but only for its own action", () => {
    const access = accessOf([subscribe("*")]);
    expect(covers(access, "subscribe", "anything")).toBe(true);
    expect(covers(access, "publish", "anything")).toBe(false);
  });
});

describe("grantsKey", () => {
  const detail = fc.record({
    actions: fc.subarray(["publish", "subscribe", "archive"], { minLength: 1 }),
    topics: fc.array(
      fc.record(
        {
          match: fc.constantFrom("a", "b", "exact:a", "a b", "*", "urlpattern:a"),
          match_type: fc.constant("exact"),
        },
        { requiredKeys: ["match"] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    payload: fc.dictionary(fc.string(), fc.integer(), { maxKeys: 2 }),
  });

  /** Returns the key for grants to read these topics. */
  const readable = (details: readonly Detail[]) => {
    const matches = new Set(
      details.flatMap(({ actions, topics }) =>
        actions.includes("subscribe") ? topics.map(({ match }) => match) : [],
      ),
    );
    return matches.has("*") ? ["*"] : [...matches].sort();
  };

  test("is equal for equal grants in any order, any split and with any payload", () => {
    const shuffled = fc
      .array(detail, { maxLength: 5 })
      .chain((details) =>
        fc.tuple(
          fc.constant(details),
          fc.shuffledSubarray(details, { minLength: details.length }),
          fc.integer({ min: 0 }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([details, others, expiresAt]) => {
        const split = others.flatMap(({ actions, topics }) =>
          topics.toReversed().map((topic) => ({ actions: actions.toReversed(), topics: [topic] })),
        );
        expect(grantsKey(accessOf(split, expiresAt))).toBe(grantsKey(accessOf(details)));
      }),
    );
  });

  test("differs if different topics may be read", () => {
    const list = fc.array(detail, { maxLength: 4 });
    fc.assert(
      fc.property(list, list, (left, right) => {
        const same = JSON.stringify(readable(left)) === JSON.stringify(readable(right));
        expect(grantsKey(accessOf(left)) === grantsKey(accessOf(right))).toBe(same);
      }),
    );
  });

  test("is the same as without a token if nothing may be read", () => {
    expect(grantsKey(accessOf([{ actions: ["publish"], topics: [{ match: "*" }] }]))).toBe("");
    expect(grantsKey(undefined)).toBe("");
  });

  test("distinguishes a pattern from an exact topic with the same text", () => {
    const match = "https://example.com/:id";
    const exact = accessOf([subscribe(match)]);
    const pattern = accessOf([
      { actions: ["subscribe"], topics: [{ match, match_type: "urlpattern" }] },
    ]);
    expect(grantsKey(exact)).not.toBe(grantsKey(pattern));
  });
});

describe("payloadFor", () => {
  // This is the example of the protocol's section Payloads.
  const access = accessOf([
    { actions: ["publish"], topics: [{ match: "*" }], payload: { of: "a publisher" } },
    { ...subscribe("https://example.com/foo"), payload: { custom1: "this topic" } },
    {
      actions: ["subscribe"],
      topics: [{ match: "https://example.com/bar/:id", match_type: "urlpattern" }],
      payload: { custom2: "matching subscriptions" },
    },
    { ...subscribe("*"), payload: { custom3: "all others" } },
  ]);

  test("returns that of the first subscribe detail that matches the subscription's matcher as a topic", () => {
    expect(payloadFor(access, "https://example.com/foo")).toEqual({ custom1: "this topic" });
    expect(payloadFor(access, "https://example.com/bar/:id")).toEqual({
      custom2: "matching subscriptions",
    });
    expect(payloadFor(access, "https://example.com/*")).toEqual({ custom3: "all others" });
    expect(payloadFor(access, "*")).toEqual({ custom3: "all others" });
  });

  test("returns none if the first matching detail has none, if no detail matches, and without a token", () => {
    const masked = accessOf([subscribe("*"), { ...subscribe("a"), payload: { a: 1 } }]);
    expect(payloadFor(masked, "a")).toBeUndefined();
    expect(payloadFor(accessOf([{ ...subscribe("a"), payload: { a: 1 } }]), "b")).toBeUndefined();
    expect(payloadFor(undefined, "a")).toBeUndefined();
  });
});
