import { createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ALGORITHMS, keyProblem } from "../../hub/auth/algorithms.ts";
import { issuersProblem } from "../../hub/auth/issuers.ts";
import { readConfig } from "./config.mjs";

test("the configuration is valid without any variable", () => {
  expect(readConfig({})).toEqual({
    ok: true,
    config: {
      HOST: "127.0.0.1",
      PORT: 3000,
      HEARTBEAT_SECONDS: 15,
      MAX_CONNECTIONS: 10_000,
      MAX_CONNECTION_SECONDS: 0,
      MAX_UPDATE_BYTES: 1_048_576,
      MAX_BODY_BYTES: 8_388_608,
      HISTORY_URL: "file:.data/history",
      HISTORY_MAX_AGE: 0,
      ANONYMOUS: true,
      CORS_ORIGINS: [],
      PUBLISH_ORIGINS: [],
      TRUSTED_PROXIES: 0,
      DRAIN_SECONDS: 1,
      LOG_LEVEL: "info",
      MERCURE_COOKIE_NAME: "__Secure-mercure_access_token",
      MERCURE_TRUSTED_ISSUERS: [],
      RUNNEL_LOOPBACK: "no",
    },
  });
});

test("an empty variable counts as not set", () => {
  expect(readConfig({ PORT: "" })).toMatchObject({ config: { PORT: 3000 } });
});

test("on Vercel the hub ends a stream at 80 % of the time after which Vercel cuts it", () => {
  expect(readConfig({ VERCEL: "1" })).toMatchObject({ config: { MAX_CONNECTION_SECONDS: 240 } });
  expect(readConfig({ VERCEL: "1", MAX_CONNECTION_SECONDS: "50" })).toMatchObject({
    config: { MAX_CONNECTION_SECONDS: 50 },
  });
});

test("in dev a drain ends at once, because there is no load balancer", () => {
  expect(readConfig({ RUNNEL_LAUNCHED: "dev" })).toMatchObject({ config: { DRAIN_SECONDS: 0 } });
  expect(readConfig({ RUNNEL_LAUNCHED: "start" })).toMatchObject({ config: { DRAIN_SECONDS: 1 } });
});

test.each([
  ["PORT", "http", "a whole number from 0 to 65535"],
  ["PORT", "65536", "a whole number from 0 to 65535"],
  ["PORT", "3e3", "a whole number from 0 to 65535"],
  ["PORT", " 80", "a whole number from 0 to 65535"],
  ["HOST", "local host", "a host name or an IP address"],
  ["HEARTBEAT_SECONDS", "-1", "a number of seconds from 0.1 to 3600"],
  ["HEARTBEAT_SECONDS", "0", "a number of seconds from 0.1 to 3600"],
  ["MAX_CONNECTIONS", "0", "a whole number from 1 to 1000000"],
  ["MAX_CONNECTION_SECONDS", "1h", "a number of seconds from 0 to 86400"],
  ["DRAIN_SECONDS", "Infinity", "a number of seconds from 0 to 3600"],
  ["LOG_LEVEL", "loud", "one of trace, debug, info, warn, error, silent"],
  ["HISTORY_URL", "redis://x", "file: and a folder, such as file:.data/history, or memory:"],
  ["HISTORY_MAX_UPDATES", "0", "a whole number from 1 to 1000000000"],
  ["HISTORY_MAX_AGE", "1d", "a number of seconds from 0 to 1000000000"],
  ["MAX_BODY_BYTES", "8MB", "a whole number from 1 to 268435456"],
  ["ANONYMOUS", "true", "on or off"],
  [
    "CORS_ORIGINS",
    "https://a.example/",
    "origins such as https://app.example.com, separated by spaces or commas, or *",
  ],
  [
    "PUBLISH_ORIGINS",
    "*",
    "origins such as https://app.example.com, separated by spaces or commas",
  ],
  ["TRUSTED_PROXIES", "yes", "a whole number from 0 to 10"],
  ["MERCURE_COOKIE_NAME", "a;b", "a cookie's name"],
])(
  "%s=%j is refused, and the problem names the variable, its value and the permitted values",
  (name, value, right) => {
    expect(readConfig({ [name]: value })).toEqual({
      ok: false,
      problem: `${name} is ${JSON.stringify(value)}, but must be ${right}`,
    });
  },
);

test("a secret that is malformed is not shown", () => {
  const read = readConfig({ METRICS_TOKEN: "hunter2" });
  expect(read).toEqual({
    ok: false,
    problem: "METRICS_TOKEN must be 16 or more letters, digits and -._~+/",
  });
});

test("lists are separated by spaces or commas", () => {
  const read = readConfig({ CORS_ORIGINS: "https://a.example, https://b.example:8443 *" });
  expect(read).toMatchObject({
    config: { CORS_ORIGINS: ["https://a.example", "https://b.example:8443", "*"] },
  });
});

test("several wrong variables are reported together, in one line", () => {
  const read = readConfig({ PORT: "a\nb", LOG_LEVEL: "x" });
  expect(read).toMatchObject({ ok: false });
  if (read.ok) return;
  expect(read.problem).toContain('PORT is "a\\nb"');
  expect(read.problem).toContain('LOG_LEVEL is "x"');
  expect(read.problem).not.toContain("\n");
});

describe("the variables about tokens:", () => {
  const SECRET = "a-secret-that-is-just-long-enough";
  const APP = "https://app.example.com";
  const HUB = { MERCURE_RESOURCE_IDENTIFIER: "https://hub.example.com/.well-known/mercure" };
  const GOOD = { ...HUB, MERCURE_PUBLISHER_JWT_KEY: SECRET, MERCURE_TRUSTED_ISSUERS: APP };
  const pem = (key: KeyObject) =>
    key.export({ type: key.type === "public" ? "spki" : "pkcs8", format: "pem" }).toString();
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ed25519 = generateKeyPairSync("ed25519");
  /** A certificate of a P-256 key, valid until 2126. */
  const X509 = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUa5t4aCo3tF1O1JKjFLDbbBgQdyQwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDaHViMCAXDTI2MTEyMjE5MDIzMFoYDzIxMjYxMDI5MTkwMjMw
WjAOMQwwCgYDVQQDDANodWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ0Z8RE
Ytr1nV63jAK9xINcSGCcgBLrKPJfXuKU/5IF33lx2VIwLmvpi/zSlPqlVmD6f7ta
OmBPPqsBALoSoZoXo1MwUTAdBgNVHQ4EFgQUct60xCQwAOs6JWQZRKXYacsXe0Qw
HwYDVR0jBBgwFoAUct60xCQwAOs6JWQZRKXYacsXe0QwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAiBc9ljGWOm/u8gESP51NPlZxVPtHo+8tZg1o6b7
gmECxQIgQ+yiRpcccZhCTjLA1jMclBH3Hwigo7qY0he/lph/LyE=
-----END CERTIFICATE-----
`;

  test("a key belongs to the issuer without a JWK Set, and another issuer has its own JWK Set", () => {
    const read = readConfig({
      ...GOOD,
      MERCURE_SUBSCRIBER_JWT_KEY: pem(ed25519.publicKey),
      MERCURE_SUBSCRIBER_JWT_ALG: "EdDSA",
      MERCURE_TRUSTED_ISSUERS: ` ${APP} , https://idp.example.com=https://idp.example.com/jwks.json?a=b `,
    });
    const jwks = { kind: "jwks", url: "https://idp.example.com/jwks.json?a=b" };
    expect(read).toMatchObject({
      ok: true,
      config: {
        ...HUB,
        MERCURE_TRUSTED_ISSUERS: [
          {
            issuer: APP,
            publisher: { kind: "static", algorithm: "HS256" },
            subscriber: { kind: "static", algorithm: "EdDSA" },
          },
          { issuer: "https://idp.example.com", publisher: jwks, subscriber: jwks },
        ],
      },
    });
    if (!read.ok) return;
    expect(issuersProblem(read.config.MERCURE_TRUSTED_ISSUERS)).toBeUndefined();
    expect(JSON.stringify(read.config)).not.toMatch(/secret|BEGIN/);
  });

  test.each([
    ["HS512", "x".repeat(64)],
    ["HS256", "{not JSON, but a secret of a good length"],
    ["RS256", pem(rsa.publicKey)],
    ["PS512", pem(rsa.publicKey).replaceAll("\n", "\\n")],
    ["RS256", rsa.publicKey.export({ type: "pkcs1", format: "pem" }).toString()],
    ["ES256", JSON.stringify(p256.publicKey.export({ format: "jwk" }))],
    ["ES256", X509],
    ["ES256", X509.replaceAll("\n", "\\n")],
    ["Ed25519", ` ${pem(ed25519.publicKey)}`],
  ])("a key for %s may be %j", (algorithm, key) => {
    const read = readConfig({
      ...GOOD,
      MERCURE_PUBLISHER_JWT_ALG: algorithm,
      MERCURE_PUBLISHER_JWT_KEY: key,
    });
    expect(read).toMatchObject({
      config: { MERCURE_TRUSTED_ISSUERS: [{ publisher: { algorithm } }] },
    });
    if (!read.ok) return;
    expect(issuersProblem(read.config.MERCURE_TRUSTED_ISSUERS)).toBeUndefined();
  });

  test("a JWK Set on this machine may use http", () => {
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:8080", "idp.localhost"]) {
      const MERCURE_TRUSTED_ISSUERS = `idp=http://${host}/jwks`;
      expect(readConfig({ ...HUB, MERCURE_TRUSTED_ISSUERS }).ok, host).toBe(true);
    }
  });

  const PUBLISHER = "MERCURE_PUBLISHER_JWT_KEY";
  const rs256 = (key: string) => ({
    ...GOOD,
    MERCURE_PUBLISHER_JWT_ALG: "RS256",
    MERCURE_PUBLISHER_JWT_KEY: key,
  });
  const issuers = (list: string) => ({ ...HUB, MERCURE_TRUSTED_ISSUERS: list });
  const jwk = p256.publicKey.export({ format: "jwk" });
  test.each<[string, Record<string, string | undefined>, string]>([
    [
      "a key without an issuer",
      { ...GOOD, MERCURE_TRUSTED_ISSUERS: undefined },
      `MERCURE_TRUSTED_ISSUERS must name the issuer that ${PUBLISHER} belongs to`,
    ],
    [
      "a key, and an issuer that brings its own",
      { ...GOOD, MERCURE_TRUSTED_ISSUERS: "idp=https://idp.example.com/jwks" },
      `MERCURE_TRUSTED_ISSUERS must name the issuer that ${PUBLISHER} belongs to`,
    ],
    ["an issuer without a key", issuers(APP), `names "${APP}" without a JWK Set, but no`],
    [
      "two issuers for one key",
      { ...GOOD, MERCURE_TRUSTED_ISSUERS: `${APP} https://b.example` },
      `names "${APP}" and "https://b.example" without a JWK Set`,
    ],
    ["an issuer twice", issuers("a=https://a.example a=https://b.example"), 'names "a" twice'],
    ["no issuer's name", issuers("=https://a.example"), "has a JWK Set without an issuer"],
    [
      "issuers without the hub's URL",
      { ...GOOD, MERCURE_RESOURCE_IDENTIFIER: undefined },
      "MERCURE_RESOURCE_IDENTIFIER must be the hub's URL",
    ],
    ["an unknown algorithm", { ...GOOD, MERCURE_PUBLISHER_JWT_ALG: "RS1" }, "must be one of HS256"],
    ["no algorithm", { ...GOOD, MERCURE_SUBSCRIBER_JWT_ALG: "none" }, "must be one of HS256"],
    [
      "an algorithm without a key",
      { ...GOOD, MERCURE_SUBSCRIBER_JWT_ALG: "ES256" },
      "MERCURE_SUBSCRIBER_JWT_ALG is set, but MERCURE_SUBSCRIBER_JWT_KEY is not",
    ],
    [
      "a short secret",
      { ...GOOD, MERCURE_PUBLISHER_JWT_KEY: "secret" },
      `${PUBLISHER} has 6 bytes, but must have 32 or more for HS256: make one with \`openssl rand -base64 48\``,
    ],
    [
      "a secret too short for its hash",
      { ...GOOD, MERCURE_PUBLISHER_JWT_ALG: "HS512" },
      "must have 64 or more for HS512",
    ],
    [
      "a PEM as a secret",
      { ...GOOD, MERCURE_PUBLISHER_JWT_KEY: pem(rsa.publicKey) },
      `${PUBLISHER} is a PEM or a JWK, but HS256 takes a secret: set MERCURE_PUBLISHER_JWT_ALG to the key's algorithm`,
    ],
    [
      "a JWK as a secret",
      { ...GOOD, MERCURE_PUBLISHER_JWT_KEY: JSON.stringify(jwk) },
      "is a PEM or a JWK, but HS256 takes a secret",
    ],
    ["a secret as a public key", rs256(SECRET), "is no public key that can be read"],
    ["a PEM that does not parse", rs256("-----BEGIN PUBLIC KEY-----\nsecret\n"), "can be read"],
    ["a private PEM", rs256(pem(rsa.privateKey)), "is a private key"],
    ["a private JWK", rs256(JSON.stringify(p256.privateKey.export({ format: "jwk" }))), "private"],
    ["a JWK of a secret", rs256('{"kty":"oct","k":"c2VjcmV0"}'), "is no public key"],
    ["a key of another kind", rs256(pem(p256.publicKey)), "is of the kind prime256v1, but RS256"],
    ["a JWK of another use", rs256(JSON.stringify({ ...jwk, use: "enc" })), "something else than"],
    ["a JWK of another algorithm", rs256(JSON.stringify({ ...jwk, alg: "PS256" })), "with RS256"],
    [
      "a short RSA key",
      rs256(pem(generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey)),
      "has 1024 bits, but must have 2048 or more",
    ],
    ["a JWK Set over http", issuers("idp=http://idp.example.com/jwks"), "must be an https URL"],
    ["a JWK Set in a file", issuers("idp=file:///etc/jwks"), "must be an https URL"],
    ["a JWK Set nowhere", issuers("idp=jwks.json"), "must be an https URL"],
    ["a JWK Set with a password", issuers("idp=https://a:secret@b.example"), "a password"],
    ["a hub's URL that is none", { MERCURE_RESOURCE_IDENTIFIER: "hub" }, "but must be the hub's"],
    ["one with a fragment", { MERCURE_RESOURCE_IDENTIFIER: "https://hub/#a" }, "must be the hub's"],
  ])("%s is reported in one line that contains nothing of a key", (_, env, problem) => {
    const read = readConfig(env);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.problem).toContain(problem);
    expect(read.problem).not.toContain("\n");
    for (const secret of ["secret-that", "secret@", "BEGIN", "c2Vj", "undefined", jwk.x ?? ""]) {
      expect(read.problem).not.toContain(secret);
    }
  });

  test("the launcher and the hub have the same table of algorithms and keys", () => {
    const publicKeys = [
      rsa.publicKey,
      generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey,
      ed25519.publicKey,
      generateKeyPairSync("ed448").publicKey,
      generateKeyPairSync("rsa-pss", { modulusLength: 2_048 }).publicKey,
      ...["P-256", "P-384", "P-521", "secp256k1"].map(
        (namedCurve) => generateKeyPairSync("ec", { namedCurve }).publicKey,
      ),
    ];
    const secrets = [31, 32, 47, 48, 63, 64].map((bytes) => "x".repeat(bytes));
    const keys: [string, KeyObject][] = [
      ...secrets.map((text): [string, KeyObject] => [text, createSecretKey(text, "utf8")]),
      ...publicKeys.map((key): [string, KeyObject] => [pem(key), key]),
    ];
    for (const algorithm of ALGORITHMS) {
      for (const [text, key] of keys) {
        const read = readConfig({
          ...GOOD,
          MERCURE_PUBLISHER_JWT_ALG: algorithm,
          MERCURE_PUBLISHER_JWT_KEY: text,
        });
        expect(read.ok, `${algorithm} ${text}`).toBe(keyProblem(algorithm, key) === undefined);
      }
    }
  });
});
