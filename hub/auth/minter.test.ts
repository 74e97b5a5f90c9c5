import fc from "fast-check";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, test } from "vitest";
import { FakeTimers } from "../testing/fake-timers.ts";
import { HUB_URL } from "../testing/test-hub.ts";
import { ISSUER, outcome, pairFor, source, verifierFor } from "../testing/test-tokens.ts";
import type { Action, Role } from "./access.ts";
import type { TopicMatcher } from "./access-token.mjs";
import { covers } from "./grants.ts";
import type { TrustedIssuer } from "./issuers.ts";
import { Minter, type TokenRequest } from "./minter.ts";
import { PLAYGROUND_ISSUER, playgroundIssuer } from "./playground.ts";

/** A hub's two sides: who signs, and who verifies. */
function sidesOf(...issuers: TrustedIssuer[]) {
  const timers = new FakeTimers();
  const minter = new Minter({ issuers, hubUrl: HUB_URL, timers });
  return { minter, verifier: verifierFor(issuers, timers), timers };
}

async function minted(minter: Minter, request: TokenRequest): Promise<string> {
  const result = await minter.mint(request);
  if (!result.ok) throw new Error(result.problem);
  return result.token;
}

const ROLES: readonly Role[] = ["publisher", "subscriber"];
const EVERYTHING = { publish: [{ match: "*" }], subscribe: [{ match: "*" }] };

describe("a token", () => {
  test("has what an access token has, and what was asked for", async () => {
    const { minter, timers } = sidesOf(playgroundIssuer());
    const result = await minter.mint({
      publish: [{ match: "a" }],
      subscribe: [{ match: "https://example.com/:id", match_type: "urlpattern" }],
      payload: { name: "Ada" },
      subject: "ada",
      expiresIn: 60,
    });
    if (!result.ok) throw new Error(result.problem);
    const now = timers.now();
    expect(result.expiresAt).toBe(now + 60_000);
    expect(decodeProtectedHeader(result.token)).toEqual({ alg: "HS256", typ: "at+jwt" });
    const type = "https://mercure.rocks/authorization-detail";
    expect(decodeJwt(result.token)).toEqual({
      iss: PLAYGROUND_ISSUER,
      aud: HUB_URL.href,
      sub: "ada",
      client_id: PLAYGROUND_ISSUER,
      iat: now / 1000,
      exp: now / 1000 + 60,
      jti: expect.stringMatching(/^urn:uuid:/),
      authorization_details: [
        { type, actions: ["publish"], topics: [{ match: "a" }] },
        {
          type,
          actions: ["subscribe"],
          topics: [{ match: "https://example.com/:id", match_type: "urlpattern" }],
          payload: { name: "Ada" },
        },
      ],
    });
  });

  test("is for an hour and for somebody new, unless it was asked for otherwise", async () => {
    const { minter } = sidesOf(playgroundIssuer());
    const [one, other] = [await minted(minter, EVERYTHING), await minted(minter, EVERYTHING)].map(
      (token) => decodeJwt(token),
    );
    expect((one?.exp ?? 0) - (one?.iat ?? 0)).toBe(3_600);
    expect(one?.sub).toMatch(/^urn:uuid:/);
    expect(one?.sub).not.toBe(other?.sub);
    expect(one?.jti).not.toBe(other?.jti);
  });

  test("of one playground is none of another's", async () => {
    const here = sidesOf(playgroundIssuer());
    const token = await minted(here.minter, EVERYTHING);
    for (const role of ROLES) {
      expect(outcome(await here.verifier.verify(token, role))).toBe("ok");
      const elsewhere = sidesOf(playgroundIssuer());
      expect(outcome(await elsewhere.verifier.verify(token, role))).toBe("signature");
    }
  });

  test("ends to the millisecond when it was said to", async () => {
    const { minter, verifier, timers } = sidesOf(playgroundIssuer());
    timers.advance(321);
    const result = await minter.mint({ ...EVERYTHING, expiresIn: 10 });
    if (!result.ok) throw new Error(result.problem);
    timers.advance(result.expiresAt - timers.now() - 1);
    expect(outcome(await verifier.verify(result.token, "publisher"))).toBe("ok");
    timers.advance(1);
    expect(outcome(await verifier.verify(result.token, "publisher"))).toBe("expired");
  });
});

describe("whatever is granted, the hub allows exactly that", () => {
  const TOPICS = ["a", "b", "https://example.com/1", "https://example.com/2/x", "/c", "é ☃"];
  /** What each matcher matches, said without the hub's own words. */
  const MATCHERS: readonly (readonly [TopicMatcher, (topic: string) => boolean])[] = [
    ...TOPICS.map(
      (match) => [{ match }, (topic: string) => topic === match] as const satisfies unknown,
    ),
    [{ match: "a", match_type: "exact" }, (topic) => topic === "a"],
    [
      { match: "https://example.com/:id", match_type: "urlpattern" },
      (topic) => topic === "https://example.com/1",
    ],
    [
      { match: "https://example.com/*", match_type: "urlpattern" },
      (topic) => topic.startsWith("https://example.com/"),
    ],
    // As topics they would be others.
    [{ match: "https://example.com/:id" }, (topic) => topic === "https://example.com/:id"],
  ];
  const some = fc.subarray([...MATCHERS]);
  const all = [{ match: "*" }, () => true] as const;
  const list = fc.oneof(
    { weight: 5, arbitrary: some },
    { weight: 1, arbitrary: fc.constant([all]) },
  );

  test("on every topic, for each action", async () => {
    const { minter, verifier } = sidesOf(playgroundIssuer());
    await fc.assert(
      fc.asyncProperty(list, list, async (publish, subscribe) => {
        fc.pre(publish.length + subscribe.length > 0);
        const token = await minted(minter, {
          publish: publish.map(([matcher]) => matcher),
          subscribe: subscribe.map(([matcher]) => matcher),
        });
        for (const role of ROLES) {
          const verified = await verifier.verify(token, role);
          if (!verified.ok) throw new Error(verified.reason);
          const granted: Record<Action, typeof publish> = { publish, subscribe };
          for (const action of ["publish", "subscribe"] as const) {
            for (const topic of TOPICS) {
              const expected = granted[action].some(([, matches]) => matches(topic));
              expect(covers(verified.access, action, topic)).toBe(expected);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("and what it would refuse is not minted", async () => {
    const { minter, verifier } = sidesOf(playgroundIssuer());
    const matcher = fc.record(
      { match: fc.string({ maxLength: 12 }), match_type: fc.constantFrom("exact", "urlpattern") },
      { requiredKeys: ["match"] },
    );
    const topics = fc.array(matcher, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(topics, topics, fc.string(), async (publish, subscribe, subject) => {
        const result = await minter.mint({ publish, subscribe, subject });
        if (!result.ok) return;
        for (const role of ROLES) {
          expect(outcome(await verifier.verify(result.token, role))).toBe("ok");
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("with configured keys", () => {
  const [publisher, subscriber] = [pairFor("HS256"), pairFor("HS512")];
  const publish = [{ match: "a" }];
  const subscribe = [{ match: "b" }];

  test("each role's secret signs its tokens, and one token is not for both", async () => {
    const { minter, verifier } = sidesOf({
      issuer: ISSUER,
      publisher: source(publisher),
      subscriber: source(subscriber),
    });
    const writer = await minted(minter, { publish });
    expect(outcome(await verifier.verify(writer, "publisher"))).toBe("ok");
    expect(outcome(await verifier.verify(writer, "subscriber"))).not.toBe("ok");
    const reader = await minted(minter, { subscribe });
    expect(outcome(await verifier.verify(reader, "subscriber"))).toBe("ok");
    expect(decodeJwt(reader).iss).toBe(ISSUER);
    const both = await minter.mint({ publish, subscribe });
    expect(both).toMatchObject({ ok: false, reason: "key" });
  });

  test("one token is for both where they are one key", async () => {
    const { minter, verifier } = sidesOf({
      issuer: ISSUER,
      publisher: source(publisher),
      subscriber: source(publisher),
    });
    const token = await minted(minter, { publish, subscribe });
    for (const role of ROLES) expect(outcome(await verifier.verify(token, role))).toBe("ok");
  });

  test("one secret under two algorithms is not one key", async () => {
    const { minter } = sidesOf({
      issuer: ISSUER,
      publisher: source({ ...subscriber, algorithm: "HS256" }),
      subscriber: source(subscriber),
    });
    expect(await minter.mint({ publish, subscribe })).toMatchObject({ ok: false, reason: "key" });
  });

  test("a public key, a JWK Set and no key sign nothing", async () => {
    const jwks = { kind: "jwks", url: "https://idp.example.com/jwks" } as const;
    for (const issuers of [
      [],
      [{ issuer: ISSUER, publisher: source(pairFor("ES256")) }],
      [{ issuer: ISSUER, publisher: jwks, subscriber: jwks }],
    ]) {
      const minter = new Minter({ issuers, hubUrl: HUB_URL, timers: new FakeTimers() });
      for (const request of [{ publish }, { subscribe }, { publish, subscribe }]) {
        expect(await minter.mint(request)).toMatchObject({ ok: false, reason: "key" });
      }
    }
  });
});

test.each<[TokenRequest, string]>([
  [{}, "would grant nothing"],
  [{ publish: [], subscribe: [] }, "would grant nothing"],
  [{ publish: [{ match: "a" }], payload: {} }, "payload"],
  [{ ...EVERYTHING, subject: "" }, "subject is empty"],
  ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12].map(
    (expiresIn): [TokenRequest, string] => [{ ...EVERYTHING, expiresIn }, "expiresIn"],
  ),
  [{ publish: [{ match: "a" }, { match: "" }] }, "publish[1].match is empty"],
  [{ ...EVERYTHING, subscribe: [{ match: "" }] }, "subscribe[0].match is empty"],
  [{ subscribe: [{ match: "a\u0000" }] }, "subscribe[0].match"],
  [{ subscribe: [{ match: "https://e.example/(", match_type: "urlpattern" }] }, "subscribe[0]"],
  [{ ...EVERYTHING, payload: { a: "x".repeat(5_000) } }, "payload may have"],
  [
    { subscribe: Array.from({ length: 101 }, (_, index) => ({ match: `${index}` })) },
    "subscribe has 101 entries",
  ],
  [
    { subscribe: Array.from({ length: 100 }, (_, i) => ({ match: `${"x".repeat(200)}${i}` })) },
    "grant less",
  ],
])("%#: what no hub would take is not minted, and said", async (request, problem) => {
  const result = await sidesOf(playgroundIssuer()).minter.mint(request);
  expect(result).toMatchObject({ ok: false, reason: "invalid" });
  expect(!result.ok && result.problem).toContain(problem);
});
