import { execFile } from "node:child_process";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, expect, test } from "vitest";
import { covers } from "../hub/auth/grants.ts";
import type { TrustedIssuer } from "../hub/auth/issuers.ts";
import { createVerifier } from "../hub/auth/verifier.ts";
import { HubUrl } from "../hub/base/hub-url.ts";
import { systemTimers } from "../hub/base/timers.ts";

const run = promisify(execFile);
const ISSUER = "https://app.example.com";
const HUB = "https://hub.example.com/.well-known/mercure";
const SECRET = "a-secret-of-publishers-that-is-long-enough";
const OTHER = "a-secret-of-subscribers-that-is-long-enough";
const SETTINGS = {
  MERCURE_PUBLISHER_JWT_KEY: SECRET,
  MERCURE_SUBSCRIBER_JWT_KEY: OTHER,
  MERCURE_TRUSTED_ISSUERS: ISSUER,
  MERCURE_RESOURCE_IDENTIFIER: HUB,
};
const SAME = { ...SETTINGS, MERCURE_SUBSCRIBER_JWT_KEY: SECRET };
/** The empty variables: they count as not set, and an .env file does not replace them. */
const NOTHING = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, ""]));

const folder = mkdtempSync(join(tmpdir(), "runnel-token-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command and returns its output; `failed`: its exit code was not 0. */
async function token(env: Record<string, string>, ...args: string[]) {
  const options = { env: { NODE_ENV: "test", ...NOTHING, ...env } as const };
  return run(process.execPath, ["scripts/token.mjs", ...args], options).then(
    ({ stdout, stderr }) => ({ failed: false, stdout, stderr }),
    ({ stdout, stderr }) => ({ failed: true, stdout: String(stdout), stderr: String(stderr) }),
  );
}

const secret = (text: string) =>
  ({ kind: "static", algorithm: "HS256", key: createSecretKey(text, "utf8") }) as const;

function verifier(issuer: TrustedIssuer) {
  const options = { hubUrl: new HubUrl(HUB), timers: systemTimers, logger: { warn() {} } };
  const created = createVerifier({ issuers: [issuer], ...options });
  if (!created.ok) throw new Error(created.problem);
  return created.verifier;
}

test("--print prints only a conforming token, and the hub accepts it", async () => {
  const topics = ["--publish", "*", "--publish", "https://example.com/a"];
  const printed = await token(SETTINGS, ...topics, "--expires", "15m", "--print");
  expect(printed).toMatchObject({ failed: false, stderr: "" });
  const [text = "", ...rest] = printed.stdout.split("\n");
  expect(rest).toEqual([""]);
  expect(decodeProtectedHeader(text)).toEqual({ alg: "HS256", typ: "at+jwt" });
  const claims = decodeJwt(text);
  expect(claims).toMatchObject({ iss: ISSUER, aud: HUB, client_id: ISSUER });
  expect(claims.sub).toMatch(/^urn:uuid:/);
  expect(claims.jti).toMatch(/^urn:uuid:/);
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
  const hub = verifier({ issuer: ISSUER, publisher: secret(SECRET), subscriber: secret(OTHER) });
  expect(await hub.verify(text, "publisher")).toMatchObject({
    ok: true,
    access: { subject: claims.sub },
  });
  expect((await hub.verify(text, "subscriber")).ok).toBe(false);
});

test("a topic with * or, after a slash, a :name is a pattern, and any other is exact", async () => {
  const topics = [
    "https://a.example/*",
    "https://a.example/:id",
    "https://a.example:80/b",
    "urn:a:b",
  ];
  const args = topics.flatMap((topic) => ["--subscribe", topic]);
  const matchers = async (...more: string[]) => {
    const { stdout } = await token(SETTINGS, ...args, "--print", ...more);
    const { authorization_details: details } = decodeJwt(stdout.trim());
    if (!Array.isArray(details)) return details;
    return details[0].topics.map(({ match_type }: { match_type?: string }) => match_type);
  };
  expect(await matchers()).toEqual(["urlpattern", "urlpattern", undefined, undefined]);
  expect(await matchers("--exact")).toEqual([undefined, undefined, undefined, undefined]);
  expect(new Set(await matchers("--pattern"))).toEqual(new Set(["urlpattern"]));
});

test("one token with the requested claims is printed for both roles if their keys are equal", async () => {
  const asked = ["--payload", '{"a":1}', "--subject", "me", "--client-id", "my-app"];
  const { stdout } = await token(SAME, "--publish", "a", "--subscribe", "b", ...asked, "--print");
  const hub = verifier({ issuer: ISSUER, publisher: secret(SECRET), subscriber: secret(SECRET) });
  const verified = await hub.verify(stdout.trim(), "subscriber");
  expect(verified).toMatchObject({
    access: { subject: "me", grants: [{}, { payload: { a: 1 } }] },
  });
  if (!verified.ok) return;
  expect(covers(verified.access, "publish", "a")).toBe(true);
  expect(covers(verified.access, "subscribe", "b")).toBe(true);
  expect(covers(verified.access, "publish", "b")).toBe(false);
  expect(decodeJwt(stdout.trim()).client_id).toBe("my-app");
});

test("two tokens are printed if the keys differ, and --print is refused", async () => {
  const both = ["--publish", "a", "--subscribe", "b"];
  const { stdout } = await token(SETTINGS, ...both);
  expect(stdout).toContain("Two tokens");
  expect(stdout.match(/^TOKEN='/gm)).toHaveLength(2);
  expect(await token(SETTINGS, ...both, "--print")).toMatchObject({ failed: true, stdout: "" });
});

test("the output explains how to use the token: its hub, its end, a curl command and a cookie", async () => {
  const { stdout } = await token(SAME, "--publish", "it's", "--subscribe", "https://a.example/*");
  expect(stdout).toMatch(/at https:\/\/hub\.example\.com\/\S+, until \d{4}-/);
  expect(stdout).toContain(`--data-urlencode 'topic=it'\\''s'`);
  expect(stdout).toContain("curl -N -G");
  expect(stdout).toContain("match_urlpattern=https://a.example/*");
  expect(stdout).toMatch(
    /^Set-Cookie: __Secure-mercure_access_token=\S+; Path=\/\.well-known\/mercure; Max-Age=3600; Secure; HttpOnly; SameSite=Strict$/m,
  );
  expect(stdout).not.toContain(SECRET);
});

test("a private key signs if the hub has its public key, and another private key is refused", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const [file, wrong] = ["private.pem", "other.pem"].map((name) => join(folder, name));
  if (!file || !wrong) return;
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(wrong, other.export({ type: "pkcs8", format: "pem" }));
  const env = {
    ...SETTINGS,
    MERCURE_PUBLISHER_JWT_KEY: publicKey.export({ type: "spki", format: "pem" }).toString(),
    MERCURE_PUBLISHER_JWT_ALG: "ES256",
  };
  const ask = ["--publish", "*", "--print"];
  const { stdout } = await token(env, ...ask, "--key-file", file);
  const source = { kind: "static", algorithm: "ES256", key: publicKey } as const;
  const hub = verifier({ issuer: ISSUER, publisher: source });
  expect((await hub.verify(stdout.trim(), "publisher")).ok).toBe(true);
  expect((await token(env, ...ask)).stderr).toContain("is a public key");
  expect((await token(env, ...ask, "--key-file", wrong)).stderr).toContain("has another key");
  // This case needs no configuration.
  const given = ["--key-file", file, "--alg", "ES256", "--issuer", ISSUER, "--audience", HUB];
  const bare = await token({}, ...ask, ...given);
  expect((await hub.verify(bare.stdout.trim(), "publisher")).ok).toBe(true);
  const unfit = await token({}, ...ask, ...given, "--alg", "RS256");
  expect(unfit.stderr).toContain("can't sign with RS256");
});

test.each([
  [{}, ["--publish", "*"], "openssl rand -base64 48"],
  [SETTINGS, [], "--publish TOPIC or --subscribe TOPIC"],
  [SETTINGS, ["--publish", ""], "a TOPIC is empty"],
  [SETTINGS, ["--publish", "a", "--expires", "soon"], "30s, 15m, 1h or 7d"],
  [SETTINGS, ["--publish", "a", "--payload", "{}"], "needs --subscribe"],
  [SETTINGS, ["--subscribe", "a", "--payload", "[1]"], "must be a JSON object"],
  [SETTINGS, ["--publish", "a", "--exact", "--pattern"], "can't both be"],
  [SETTINGS, ["--publish", "a", "--alg", "ES256"], "--alg is for --key-file"],
  [SETTINGS, ["--publish", "a", "--key-file", "nowhere.pem", "--alg", "ES256"], "no private key"],
  [SETTINGS, ["--publish", "a", "--unknown"], "--unknown"],
  [{ ...SETTINGS, MERCURE_PUBLISHER_JWT_KEY: "short" }, ["--publish", "a"], "has 5 bytes"],
])(
  "%#: the problem is printed in one line on stderr, without a secret",
  async (env, args, problem) => {
    const { failed, stdout, stderr } = await token(env, ...args);
    expect(failed).toBe(true);
    expect(stdout).toBe("");
    expect(stderr).toContain(problem);
    expect(stderr.trim()).not.toContain("\n");
    expect(stderr).not.toMatch(new RegExp(`${SECRET}|${OTHER}`));
  },
);

test("--help describes the options", async () => {
  const { stdout, failed } = await token({}, "--help");
  expect(failed).toBe(false);
  for (const option of ["--publish", "--subscribe", "--print", "--key-file", "--pattern"]) {
    expect(stdout).toContain(option);
  }
});
