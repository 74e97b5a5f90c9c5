import { createSecretKey } from "node:crypto";
import { exportJWK } from "jose";
import { describe, expect, test } from "vitest";
import { FakeTimers } from "../testing/fake-timers.ts";
import { HUB_URL } from "../testing/test-hub.ts";
import {
  goodClaims,
  ISSUER,
  mint,
  outcome,
  pairFor,
  source,
  verifierFor,
  verifierOf,
} from "../testing/test-tokens.ts";
import { MAX_TOKEN_LENGTH } from "./access-token.mjs";
import { ALGORITHMS } from "./algorithms.ts";
import { createVerifier } from "./verifier.ts";

const NOW = new FakeTimers().now() / 1000;
const pair = pairFor("ES256");
const secret = pairFor("HS256");
const rsa = pairFor("RS256");

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Returns the decision of a verifier that has `pair` as the publishers' key. */
async function judge(token: string | Promise<string>, timers = new FakeTimers()) {
  return outcome(await verifierOf({ publisher: pair }, timers).verify(await token, "publisher"));
}

describe("a valid token", () => {
  test.each(ALGORITHMS)(
    "signed with %s is accepted, and refused after a change of its claims",
    async (algorithm) => {
      const own = pairFor(algorithm);
      const verifier = verifierOf({ publisher: own });
      const token = await mint(own);
      expect(await verifier.verify(token, "publisher")).toMatchObject({
        ok: true,
        access: {
          issuer: ISSUER,
          subject: "urn:example:somebody",
          expiresAt: (NOW + 3_600) * 1000,
          grants: [{ actions: new Set(["publish", "subscribe"]) }],
        },
      });
      const [header, , signature] = token.split(".");
      const changed = `${header}.${encode({ ...goodClaims(), sub: "urn:example:other" })}.${signature}`;
      expect(outcome(await verifier.verify(changed, "publisher"))).toBe("signature");
    },
  );

  test.each(["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])(
    "may have typ %s",
    async (typ) => {
      expect(await judge(mint(pair, {}, { typ }))).toBe("ok");
    },
  );

  test("may name the hub among several audiences", async () => {
    expect(await judge(mint(pair, { aud: ["https://other.example", HUB_URL.href] }))).toBe("ok");
  });

  test("may have no authorization details, and then grants nothing", async () => {
    const token = await mint(pair, { authorization_details: undefined });
    expect(await verifierOf({ publisher: pair }).verify(token, "publisher")).toMatchObject({
      access: { grants: [] },
    });
  });

  test("may lack the claims that only its issuer must check, and has no subject if sub is no string", async () => {
    const token = await mint(pair, {
      sub: 5,
      jti: undefined,
      iat: undefined,
      client_id: undefined,
    });
    expect(await verifierOf({ publisher: pair }).verify(token, "publisher")).toMatchObject({
      access: { subject: undefined },
    });
  });
});

describe("a token is refused", () => {
  test.each([undefined, "JWT", "jwt", "id+jwt", "at+jwtx", "text/at+jwt", 5, null])(
    "with typ %j",
    async (typ) => {
      expect(await judge(mint(pair, {}, { typ }))).toBe("type");
    },
  );

  test("with alg none, in any spelling, with and without a signature", async () => {
    for (const alg of ["none", "None", "NONE", "nOnE"]) {
      const unsigned = `${encode({ alg, typ: "at+jwt" })}.${encode(goodClaims())}.`;
      expect(await judge(unsigned)).toBe("algorithm");
      expect(await judge(`${unsigned}AAAA`)).toBe("algorithm");
    }
  });

  test.each([
    "HS1",
    "ES256K",
    "RSA-OAEP",
    "ML-DSA-44",
    "toString",
    "__proto__",
    5,
    undefined,
    ["ES256"],
  ])("with alg %j, which is not supported", async (alg) => {
    expect(await judge(`${encode({ alg, typ: "at+jwt" })}.${encode(goodClaims())}.AAAA`)).toMatch(
      /^(algorithm|malformed)$/,
    );
  });

  test("when it is signed with a public key's text as HMAC secret", async () => {
    const verifier = verifierOf({ publisher: rsa });
    const pem = rsa.verifies.export({ type: "spki", format: "pem" });
    const der = rsa.verifies.export({ type: "spki", format: "der" });
    for (const text of [Buffer.from(pem.toString()), der]) {
      for (const algorithm of ["HS256", "HS384", "HS512"] as const) {
        const forged = await mint({ algorithm, signs: createSecretKey(text) });
        expect(outcome(await verifier.verify(forged, "publisher"))).toBe("algorithm");
      }
    }
  });

  test("with another algorithm than the configured one, for the same key", async () => {
    const verifier = verifierOf({ publisher: rsa });
    for (const algorithm of ["RS384", "PS256"] as const) {
      const token = await mint({ ...rsa, algorithm });
      expect(outcome(await verifier.verify(token, "publisher"))).toBe("algorithm");
    }
  });

  test("when it contains its own key", async () => {
    const own = pairFor("ES256");
    const jwk = await exportJWK(own.verifies);
    const urls = {
      jku: "https://evil.example/jwks",
      x5u: "https://evil.example/x5u",
      x5c: ["AAAA"],
    };
    for (const header of [{ jwk }, { jwk, kid: "evil" }, urls]) {
      expect(await judge(mint(own, {}, header))).toBe("signature");
      // The token is accepted if the trusted key has signed it.
      expect(await judge(mint(pair, {}, header))).toBe("ok");
    }
  });

  test("when it names an extension that must be understood", async () => {
    const crit = `${encode({ alg: "ES256", typ: "at+jwt", crit: ["b64"], b64: true })}.${encode(goodClaims())}.AAAA`;
    expect(await judge(crit)).toBe("malformed");
  });

  test.each([
    undefined,
    "",
    "https://evil.example",
    `${ISSUER}/`,
    ISSUER.toUpperCase(),
    5,
    [ISSUER],
  ])("with iss %j", async (iss) => {
    expect(await judge(mint(pair, { iss }))).toBe("issuer");
  });

  test("when another trusted issuer has signed it, because keys are never one pool", async () => {
    const other = pairFor("ES256");
    const verifier = verifierFor([
      { issuer: ISSUER, publisher: source(pair) },
      { issuer: "https://other.example", publisher: source(other) },
    ]);
    const verify = async (token: string) => outcome(await verifier.verify(token, "publisher"));
    expect(await verify(await mint(other, { iss: ISSUER }))).toBe("signature");
    expect(await verify(await mint(pair, { iss: "https://other.example" }))).toBe("signature");
    expect(await verify(await mint(other, { iss: "https://other.example" }))).toBe("ok");
  });

  test("when it is signed with the other role's key, or its issuer has none for the role", async () => {
    const both = verifierOf({ publisher: pair, subscriber: secret });
    expect(outcome(await both.verify(await mint(pair), "subscriber"))).toBe("algorithm");
    expect(outcome(await both.verify(await mint(secret), "subscriber"))).toBe("ok");
    const same = verifierOf({ publisher: pair, subscriber: pairFor("ES256") });
    expect(outcome(await same.verify(await mint(pair), "publisher"))).toBe("ok");
    // The token is refused even if it is cached for the other role.
    expect(outcome(await same.verify(await mint(pair), "subscriber"))).toBe("signature");
    expect(
      outcome(await verifierOf({ publisher: pair }).verify(await mint(pair), "subscriber")),
    ).toBe("key");
  });

  test.each([
    undefined,
    "https://hub.example.com",
    `${HUB_URL.href}/`,
    [],
    [[HUB_URL.href]],
    { a: HUB_URL.href },
  ])("with aud %j", async (aud) => {
    expect(await judge(mint(pair, { aud }))).toBe("audience");
  });

  test.each([undefined, null, "4102444800", true])("with exp %j", async (exp) => {
    expect(await judge(mint(pair, { exp }))).toBe("claims");
  });

  test("with an infinite exp", async () => {
    const claims = JSON.stringify(goodClaims()).replace(/"exp":\d+/, '"exp":1e999');
    const { CompactSign } = await import("jose");
    const token = await new CompactSign(Buffer.from(claims))
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt" })
      .sign(pair.signs);
    expect(await judge(token)).toBe("claims");
  });

  test.each([null, "1", {}])("with nbf %j", async (nbf) => {
    expect(await judge(mint(pair, { nbf }))).toBe("claims");
  });

  test("as a whole, with invalid authorization details", async () => {
    expect(await judge(mint(pair, { authorization_details: {} }))).toBe("authorization details");
  });

  test("when it is too long, before it is parsed", async () => {
    const long = await mint(pair, { filler: "x".repeat(MAX_TOKEN_LENGTH) });
    expect(await judge(long)).toBe("malformed");
    expect(await judge(".".repeat(10_000_000))).toBe("malformed");
  });

  test.each([
    "",
    ".",
    "..",
    "...",
    "a.b",
    "a.b.c",
    "a.b.c.d.e",
    "\u0000",
    "%%%.%%%.%%%",
    "é.é.é",
    "e30.e30.e30",
  ])("when it is %j", async (token) => {
    expect(await judge(token)).toMatch(/^(malformed|type)$/);
  });

  test("when its base64url, its JSON or its signature is malformed", async () => {
    const [header, payload, signature] = (await mint(pair)).split(".");
    for (const broken of [
      `${header}.${payload}.${signature}!`,
      `${header}.${payload}.`,
      `${header}.${payload}=.${signature}`,
      `${header} .${payload}.${signature}`,
      `${header}.${encode([])}.${signature}`,
      `${header}.${encode("text")}.${signature}`,
      `${header}.${Buffer.from("{").toString("base64url")}.${signature}`,
      `${header}.${Buffer.from([0xff]).toString("base64url")}.${signature}`,
      `${header}.${payload}.${signature}.`,
    ]) {
      expect(await judge(broken)).toMatch(/^(malformed|signature)$/);
    }
  });

  test("when it is nested too deep to be parsed", async () => {
    const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
    const details = `[{"type":"https://mercure.rocks/authorization-detail","actions":["subscribe"],"topics":[{"match":"a"}],"payload":{"a":${deep}}}]`;
    const { authorization_details: _, ...claims } = goodClaims();
    const text = `${JSON.stringify(claims).slice(0, -1)},"authorization_details":${details}}`;
    const { CompactSign } = await import("jose");
    const token = await new CompactSign(Buffer.from(text))
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt" })
      .sign(pair.signs);
    expect(token.length).toBeLessThan(MAX_TOKEN_LENGTH);
    expect(await judge(token)).toBe("authorization details");
  });
});

describe("the hub's clock decides:", () => {
  test("a token ends at its exp, to the millisecond, even if it is cached", async () => {
    const timers = new FakeTimers();
    const verifier = verifierOf({ publisher: pair }, timers);
    const token = await mint(pair, { exp: NOW + 10 });
    timers.advance(9_999);
    expect(outcome(await verifier.verify(token, "publisher"))).toBe("ok");
    timers.advance(1);
    expect(outcome(await verifier.verify(token, "publisher"))).toBe("expired");
    // The first use of the token checks its exp, too.
    expect(await judge(token, timers)).toBe("expired");
  });

  test("a token begins at its nbf, and an earlier refusal is not cached", async () => {
    const timers = new FakeTimers();
    const verifier = verifierOf({ publisher: pair }, timers);
    const token = await mint(pair, { nbf: NOW + 10 });
    timers.advance(9_999);
    expect(outcome(await verifier.verify(token, "publisher"))).toBe("not yet valid");
    timers.advance(1);
    expect(outcome(await verifier.verify(token, "publisher"))).toBe("ok");
  });
});

describe("the configuration of a verifier", () => {
  const create = (issuers: Parameters<typeof verifierFor>[0]) =>
    createVerifier({
      issuers,
      hubUrl: HUB_URL,
      timers: new FakeTimers(),
      logger: { warn() {} },
    });

  test("without an issuer makes every token invalid", async () => {
    expect(outcome(await verifierFor([]).verify(await mint(pair), "publisher"))).toBe("issuer");
  });

  test("is refused in one line that contains nothing of a key", () => {
    const short = createSecretKey(Buffer.from("short-secret-text"));
    for (const issuers of [
      [{ issuer: ISSUER, publisher: { kind: "static", algorithm: "HS256", key: short } }],
      [{ issuer: ISSUER, publisher: { kind: "static", algorithm: "HS256", key: rsa.verifies } }],
      [{ issuer: ISSUER, publisher: { kind: "static", algorithm: "ES256", key: rsa.verifies } }],
      [{ issuer: ISSUER, publisher: { kind: "static", algorithm: "RS256", key: rsa.signs } }],
      [{ issuer: ISSUER, subscriber: { kind: "static", algorithm: "ES384", key: pair.verifies } }],
      [{ issuer: ISSUER, publisher: { kind: "jwks", url: "http://idp.example.com/jwks" } }],
      [{ issuer: ISSUER, publisher: { kind: "jwks", url: "file:///etc/passwd" } }],
      [{ issuer: ISSUER }],
      [{ issuer: "", publisher: source(pair) }],
      [
        { issuer: ISSUER, publisher: source(pair) },
        { issuer: ISSUER, publisher: source(rsa) },
      ],
    ] as const) {
      const created = create(issuers);
      expect(created).toMatchObject({ ok: false });
      if (created.ok) continue;
      expect(created.problem).not.toMatch(/\n|short-secret|BEGIN|undefined/);
    }
  });
});
