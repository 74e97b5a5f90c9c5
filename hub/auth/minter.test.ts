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

/** The minter and the verifier of one hub. */
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

describe("a minted token", () => {
  test("has the claims of an access token, and the requested contents", async () => {
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

  test("is valid for an hour and has a new subject by default", async () => {
    const { minter } = sidesOf(playgroundIssuer());
    const [one, other] = [await minted(minter, EVERYTHING), await minted(minter, EVERYTHING)].map(
      (token) => decodeJwt(token),
    );
    expect((one?.exp ?? 0) - (one?.iat ?? 0)).toBe(3_600);
    expect(one?.sub).toMatch(/^urn:uuid:/);
    expect(one?.sub).not.toBe(other?.sub);
    expect(one?.jti).not.toBe(other?.jti);
  });

  test("of one playground is invalid in another", async () => {
    const here = sidesOf(playgroundIssuer());
    const token = await minted(here.minter, EVERYTHING);
    for (const role of ROLES) {
      expect(outcome(await here.verifier.verify(token, role))).toBe("ok");
      const elsewhere = sidesOf(playgroundIssuer());
      expect(outcome(await elsewhere.verifier.verify(token, role))).toBe("signature");
    }
  });

  test("ends at its expiresAt, to the millisecond", async () => {
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

describe("the hub allows exactly the minted grants", () => {
  const TOPICS = ["a", "b", "https://example.com/1", "https://example.com/2/x", "/c", "é ☃"];
  /** Decides for each matcher whether it matches a topic, without the hub's own code. */
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
    // As topics they would be different ones.
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

  test("and a token that it would refuse is not minted", async () => {
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

  test("each role's secret signs its tokens, and no token is for both roles", async () => {
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

  test("one token is for both roles if their keys are equal", async () => {
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

  test("nothing is signed with a public key, with a JWK Set or without a key", async () => {
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
])(
  "%#: a token that every hub would refuse is not minted, and the problem names the reason",
  async (request, problem) => {
    const result = await sidesOf(playgroundIssuer()).minter.mint(request);
    expect(result).toMatchObject({ ok: false, reason: "invalid" });
    expect(!result.ok && result.problem).toContain(problem);
  },
);
