import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DETAIL_TYPE } from "../auth/access-token.mjs";
import { FakeTimers } from "../testing/fake-timers.ts";
import { bearer, detailOf, LOCAL, playground, problemOf, World } from "../testing/http-world.ts";
import { HUB_URL } from "../testing/test-hub.ts";
import { ISSUER, mint, pairFor, verifierOf } from "../testing/test-tokens.ts";
import { inspect, type TokenReport, type Verdict } from "./inspect.ts";

const publisher = pairFor("HS256");
const subscriber = pairFor("ES256");
const NOW = new FakeTimers().now() / 1000;

let world: World;
beforeEach(() => {
  const timers = new FakeTimers();
  world = new World({ verifier: verifierOf({ publisher, subscriber }, timers) }, { timers });
});
afterEach(() => world.end());

const ask = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  inspect(
    world.service,
    new Request("http://localhost:3000/console/inspect", {
      method: "POST",
      headers: { ...LOCAL, "Content-Type": "text/plain", ...headers },
      body,
    }),
  );

async function report(token: string | Promise<string>): Promise<TokenReport> {
  const response = await ask(await token);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return response.json();
}

/** Returns the reason of a refusal, and its explanation. */
const refusal = (verdict: Verdict) =>
  verdict.ok ? ["ok", verdict.explanation ?? ""] : [verdict.reason, verdict.explanation];

const detail = (action: string, match: string, more = {}) => ({
  type: DETAIL_TYPE,
  actions: [action],
  topics: [{ match }],
  ...more,
});

describe("the report on a valid token", () => {
  test("shows its contents, grants and end, and distinguishes the other role's key from a forged signature", async () => {
    const details = [detail("publish", "a"), detail("subscribe", "b", { payload: { n: 1 } })];
    const token = await mint(publisher, { authorization_details: details });
    const { header, claims, ...rest } = await report(`\n ${token} \n`);
    expect(header).toEqual({ alg: "HS256", typ: "at+jwt" });
    expect(claims).toMatchObject({ iss: ISSUER, authorization_details: details });
    expect(rest).toEqual({
      expiresAt: (NOW + 3_600) * 1000,
      publisher: {
        ok: true,
        grants: [{ actions: ["publish"], topics: [{ match: "a", match_type: "exact" }] }],
      },
      subscriber: {
        ok: false,
        reason: "algorithm",
        explanation: expect.stringContaining("signed with the key of publishers"),
      },
    });
  });

  test("shows the payloads of a subscriber's token", async () => {
    const details = [detail("subscribe", "*", { payload: { n: 1 } })];
    const found = await report(mint(subscriber, { authorization_details: details }));
    expect(found.subscriber).toEqual({
      ok: true,
      grants: [
        {
          actions: ["subscribe"],
          topics: [{ match: "*", match_type: "exact" }],
          payload: { n: 1 },
        },
      ],
    });
  });

  test("distinguishes a token that grants nothing from a refused one, and names what is missing", async () => {
    const none = { authorization_details: undefined };
    const [ok, words] = refusal((await report(mint(publisher, none))).publisher);
    expect(ok).toBe("ok");
    expect(words).toContain("the action publish");
    const [also, others] = refusal((await report(mint(subscriber, none))).subscriber);
    expect(also).toBe("ok");
    expect(others).toContain("public updates alone");
  });
});

describe("the report on a refused token gives the reason", () => {
  const cases: [reason: string, words: string[], claims: object, header?: object][] = [
    ["expired", ["at 2023-11-14T22:12:20.000Z, 60 s ago", "Get a new one"], { exp: NOW - 60 }],
    ["expired", ["3 hours ago"], { exp: NOW - 10_800 }],
    ["expired", ["s after 1970"], { exp: -1e300 }],
    ["not yet valid", ["in 10 minutes", "(nbf)"], { nbf: NOW + 600 }],
    ["audience", ['aud "https://other.example"', HUB_URL.href], { aud: "https://other.example" }],
    ["audience", ["has no aud", HUB_URL.href], { aud: undefined }],
    [
      "issuer",
      ['iss "https://other.example"', "MERCURE_TRUSTED_ISSUERS"],
      { iss: "https://other.example" },
    ],
    ["issuer", ["has no iss"], { iss: undefined }],
    ["issuer", ["A playground has signed it"], { iss: "urn:runnel:playground" }],
    ["claims", ["has no exp", "since 1970"], { exp: undefined }],
    ["claims", ['exp "soon"'], { exp: "soon" }],
    ["claims", ['nbf "soon"'], { nbf: "soon" }],
    ["type", ['typ "JWT"', "at+jwt"], {}, { typ: "JWT" }],
    ["type", ["has no typ"], {}, { typ: undefined }],
    [
      "authorization details",
      ["authorization_details[0].topics[1].match is empty"],
      {
        authorization_details: [
          detail("publish", "a", { topics: [{ match: "a" }, { match: "" }] }),
        ],
      },
    ],
    ["authorization details", ["authorization_details is no array"], { authorization_details: {} }],
  ];
  test.each(cases)("%s: %j", async (reason, words, claims, header = {}) => {
    const found = await report(mint(publisher, { ...claims }, { ...header }));
    const [given, explanation] = refusal(found.publisher);
    expect(given).toBe(reason);
    for (const word of words) expect(explanation).toContain(word);
    expect(explanation).toMatch(/\.$/);
  });

  test("signature: the token is signed with another key, or was changed", async () => {
    const [header, payload, signature] = (await mint(publisher)).split(".");
    for (const token of [
      await mint(pairFor("HS256")),
      `${header}.${payload}.${signature?.slice(0, -3)}AAA`,
      `${header}.${payload}.`,
    ]) {
      const [reason, words] = refusal((await report(token)).publisher);
      expect(reason).toBe("signature");
      expect(words).toContain("MERCURE_PUBLISHER_JWT_KEY");
      expect(words).toContain(ISSUER);
    }
  });

  test("algorithm: it is unknown, or differs from the key's", async () => {
    const [, payload] = (await mint(publisher)).split(".");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const [reason, words] = refusal((await report(`${none}.${payload}.`)).publisher);
    expect(reason).toBe("algorithm");
    expect(words).toContain('alg "none"');
    expect(words).toContain("EdDSA");
    const other = await report(mint(pairFor("HS512")));
    expect(refusal(other.publisher)[0]).toBe("algorithm");
    expect(refusal(other.publisher)[1]).toContain("MERCURE_PUBLISHER_JWT_ALG");
  });

  test("malformed: the token has an extension that must be understood", async () => {
    const [, payload, signature] = (await mint(publisher)).split(".");
    const crit = Buffer.from('{"alg":"HS256","typ":"at+jwt","crit":["b64"]}').toString("base64url");
    const [reason, words] = refusal((await report(`${crit}.${payload}.${signature}`)).publisher);
    expect(reason).toBe("malformed");
    expect(words).toContain("crit");
  });

  test("key: there is none for the role", async () => {
    await world.end();
    world = new World({ verifier: verifierOf({ publisher }) });
    const found = await report(mint(subscriber));
    expect(refusal(found.subscriber)[0]).toBe("key");
    expect(refusal(found.subscriber)[1]).toContain("MERCURE_SUBSCRIBER_JWT_KEY");
  });

  test("a hub without keys reports that it has none", async () => {
    await world.end();
    world = new World({ verifier: undefined });
    for (const verdict of [
      (await report(mint(publisher))).publisher,
      (await report(mint(publisher))).subscriber,
    ]) {
      expect(refusal(verdict)[0]).toBe("key");
      expect(refusal(verdict)[1]).toMatch(/no keys.*MERCURE_RESOURCE_IDENTIFIER/);
    }
  });

  test("a request with that token is still refused with the general text", async () => {
    const token = await mint(publisher, { exp: NOW - 60 });
    const refused = await world.post("topic=a", bearer(token));
    expect(await detailOf(refused)).toBe(
      "the access token is not valid for this hub, or is not any more",
    );
  });
});

describe("the report in a playground", () => {
  beforeEach(async () => {
    await world.end();
    world = playground();
  });

  test("shows that the playground's own token is valid for both roles", async () => {
    const found = await report(
      world.playgroundToken({ publish: [{ match: "a" }], subscribe: [{ match: "b" }] }),
    );
    expect(found.publisher).toMatchObject({ ok: true, grants: [{ topics: [{ match: "a" }] }] });
    expect(found.subscriber).toMatchObject({ ok: true, grants: [{ topics: [{ match: "b" }] }] });
  });

  test("shows that a token is from before the last start", async () => {
    const before = playground();
    const found = await report(before.playgroundToken({ publish: [{ match: "a" }] }));
    expect(refusal(found.publisher)[0]).toBe("signature");
    expect(refusal(found.publisher)[1]).toContain("new key at each start");
    await before.end();
  });

  test("shows that another issuer's token is ignored", async () => {
    const found = await report(mint(publisher));
    expect(refusal(found.publisher)[0]).toBe("issuer");
    // Problems that the token would have elsewhere do not matter.
    for (const { publisher: verdict } of [
      found,
      await report(mint(publisher, {}, { typ: "JWT" })),
    ]) {
      expect(refusal(verdict)[1]).toContain("may do everything");
    }
  });

  test("shows that a token of another playground, at another port, is ignored", async () => {
    const aud = "https://hub.example.com:3001/.well-known/mercure";
    const found = await report(mint(publisher, { iss: "urn:runnel:playground", aud }));
    expect(refusal(found.publisher)[1]).toContain(`says aud "${aud}"`);
    expect(refusal(found.publisher)[1]).toContain("may do everything");
  });

  test("is not given to a page of another origin", async () => {
    const token = await world.playgroundToken({ publish: [{ match: "a" }] });
    const elsewhere = await ask(token, { Origin: "https://evil.example" });
    expect(await problemOf(elsewhere)).toBe("wrong-origin");
    expect(await problemOf(await ask(token, { Host: "evil.example" }))).toBe("wrong-host");
  });
});

describe("a body that is no token", () => {
  test.each(["", " ", "a", "a.b", "a.b.c", "a.b.c.d.e", "e30.e30", "\u0000", "é.é.é"])(
    "such as %j is refused with a 400 that names the problem",
    async (text) => {
      const response = await ask(text);
      expect(response.status).toBe(400);
      expect(await problemOf(response)).toBe("bad-body");
      expect(await detailOf(response)).toContain("no token");
    },
  );

  test("is refused if it is too large, or nested too deep to be shown", async () => {
    expect((await ask("a".repeat(16_385))).status).toBe(413);
    expect((await ask("a".repeat(100_000))).status).toBe(413);
    const claims = Buffer.from(`{"a":${"[".repeat(6_000)}${"]".repeat(6_000)}}`);
    const deep = `e30.${claims.toString("base64url")}.AAAA`;
    // Whether the token is nested too deep depends on the stack.
    expect([200, 400]).toContain((await ask(deep.slice(0, 16_384))).status);
  });

  test("is always refused without a server error", async () => {
    const json = fc.json().map((text) => Buffer.from(text).toString("base64url"));
    const token = fc.oneof(
      fc.string(),
      fc.tuple(json, json, fc.base64String()).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        expect([200, 400, 413]).toContain((await ask(text)).status);
      }),
    );
  });

  test("is refused if it is sent as a form", async () => {
    const response = await ask("token=a", { "Content-Type": "application/x-www-form-urlencoded" });
    expect(response.status).toBe(415);
  });
});

test("neither the response nor the log contains a token's signature or a key", async () => {
  const secret = publisher.signs.export().toString("base64");
  const tokens = [
    await mint(publisher),
    await mint(publisher, { exp: 1 }),
    await mint(pairFor("HS256")),
    await mint(subscriber),
  ];
  for (const token of tokens) {
    const text = await (await ask(token)).text();
    const told = `${text}${JSON.stringify(world.logger.lines)}`;
    expect(told).not.toContain(token.split(".").at(-1));
    expect(told).not.toContain(secret);
  }
});
