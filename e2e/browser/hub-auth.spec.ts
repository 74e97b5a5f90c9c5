import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { SignJWT } from "jose";
import { HUB, listen, post, query } from "../support/hub.ts";
import { connections, freePort, ROOT, type Runnel, startRunnel } from "../support/runnel.ts";

const run = promisify(execFile);
const COOKIE = "mercure_test";
const METRICS_TOKEN = randomBytes(24).toString("base64url");
const DETAIL_TYPE = "https://mercure.rocks/authorization-detail";
const IDP = "https://idp.example.com";

/** Creates a key of an authorization server. */
function newKey(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid } };
}

test.describe("a hub with keys", () => {
  let runnel: Runnel;
  let env: Record<string, string>;
  let jwks: Server;
  let keys: object[] = [];
  let fetched = 0;
  const minted: string[] = [];
  const [oldKey, newerKey] = [newKey("old"), newKey("newer")];

  /** Returns a token as `npm run -s token` prints it. */
  async function token(...args: readonly string[]): Promise<string> {
    const options = {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NODE_ENV: "production" as const, ...env },
    };
    const { stdout } = await run("npm", ["run", "-s", "token", "--", "--print", ...args], options);
    minted.push(stdout.trim());
    return stdout.trim();
  }
  const bearer = (value: string) => ({ headers: { Authorization: `Bearer ${value}` } });
  /** Returns a token as the authorization server would issue it. */
  async function idpToken({ kid, privateKey }: ReturnType<typeof newKey>): Promise<string> {
    const grant = { type: DETAIL_TYPE, actions: ["publish"], topics: [{ match: "*" }] };
    const value = await new SignJWT({ authorization_details: [grant], client_id: "a" })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid })
      .setIssuer(IDP)
      .setAudience(env.MERCURE_RESOURCE_IDENTIFIER ?? "")
      .setSubject("b")
      .setIssuedAt()
      .setExpirationTime("1h")
      .setJti(randomUUID())
      .sign(privateKey);
    minted.push(value);
    return value;
  }

  test.beforeAll(async () => {
    const server = createServer((_, response) => {
      fetched += 1;
      response.setHeader("Content-Type", "application/json").end(JSON.stringify({ keys }));
    }).listen(0, "127.0.0.1");
    jwks = server;
    keys = [oldKey.jwk];
    const port = await freePort();
    const { port: jwksPort } = server.address() as AddressInfo;
    env = {
      MERCURE_PUBLISHER_JWT_KEY: randomBytes(48).toString("base64"),
      MERCURE_SUBSCRIBER_JWT_KEY: randomBytes(48).toString("base64"),
      MERCURE_TRUSTED_ISSUERS: `https://app.example.com ${IDP}=http://127.0.0.1:${jwksPort}/jwks`,
      MERCURE_RESOURCE_IDENTIFIER: `http://127.0.0.1:${port}${HUB}`,
      MERCURE_COOKIE_NAME: COOKIE,
      METRICS_TOKEN,
    };
    runnel = await startRunnel({ port, env: { ...env, LOG_LEVEL: "trace" } });
    const first = await post(runnel, { topic: "a" }, bearer(await idpToken(oldKey)));
    expect(first.status, await first.text()).toBe(200);
  });

  test.afterEach(async () => {
    await expect.poll(connections(runnel)).toBe(0);
  });

  test.afterAll(async () => {
    await runnel.stop();
    jwks.close();
    const output = runnel.output();
    expect(output).not.toMatch(/unhandled|already closed|⨯/i);
    expect(minted.length).toBeGreaterThan(0);
    const secrets = [
      ...minted,
      ...Object.entries(env).flatMap(([k, v]) => (/_KEY$/.test(k) ? v : [])),
    ];
    for (const secret of [...secrets, METRICS_TOKEN]) {
      // The last part is the signature. A token without it is useless.
      expect(output.includes(secret.split(".").at(-1) ?? secret)).toBe(false);
    }
  });

  test("publishing needs a token that grants it, and each refusal says how to get one", async () => {
    const none = await post(runnel, { topic: "a", data: "b" });
    expect(none.status).toBe(401);
    const metadata = /^Bearer resource_metadata="([^"]+)"$/.exec(
      none.headers.get("www-authenticate") ?? "",
    )?.[1];
    expect(await (await fetch(metadata ?? "")).json()).toMatchObject({
      resource: env.MERCURE_RESOURCE_IDENTIFIER,
      authorization_servers: [IDP],
      mercure_cookie: COOKIE,
    });
    const narrow = await token("--publish", "https://example.com/books/:id");
    const book = { topic: "https://example.com/books/1", data: "b" };
    expect((await post(runnel, book, bearer(narrow))).status).toBe(200);
    const other = await post(runnel, { topic: "https://example.com/films/1" }, bearer(narrow));
    expect(other.status).toBe(403);
    const wrong = await post(runnel, book, bearer(`${narrow.slice(0, -6)}AAAAAA`));
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  test("a private update reaches only subscribers with a grant for it", async () => {
    const publisher = bearer(await token("--publish", "*"));
    const reader = bearer(await token("--subscribe", "https://example.com/users/1"));
    const at = query("match", "https://example.com/users/1", "https://example.com/users/2");
    const granted = await listen(runnel, { at, ...reader });
    const anonymous = await listen(runnel, { at });
    for (const [user, extra] of [
      [1, { private: "on" }],
      [2, { private: "on" }],
      [2, {}],
    ] as const) {
      const topic = `https://example.com/users/${user}`;
      const data = "private" in extra ? `private ${user}` : `public ${user}`;
      expect((await post(runnel, { topic, data, ...extra }, publisher)).status).toBe(200);
    }
    await expect.poll(granted.data).toEqual(["private 1", "public 2"]);
    await expect.poll(anonymous.data).toEqual(["public 2"]);
    for (const each of [granted, anonymous]) each.leave();
  });

  test("a stream ends when its cookie's token expires, and resumes with a new token without loss", async ({
    page,
    context,
  }) => {
    const publisher = bearer(await token("--publish", "*"));
    const topic = "https://example.com/users/3";
    const setCookie = (value: string) =>
      context.addCookies([
        { name: COOKIE, value, domain: "127.0.0.1", path: HUB, httpOnly: true, sameSite: "Strict" },
      ]);
    const later = await token("--subscribe", topic, "--expires", "1h");
    await setCookie(await token("--subscribe", topic, "--expires", "4s"));
    // A page of the same origin, without a policy that blocks the test's scripts.
    await page.goto(`${runnel.url}/api/health`);
    await page.evaluate(
      ([url]) => {
        const heard: string[] = [];
        const source = new EventSource(url ?? "", { withCredentials: true });
        let opened = 0;
        source.onopen = () => {
          opened += 1;
        };
        source.onmessage = ({ data }) => heard.push(data);
        Object.assign(window, {
          state: () => ({ opened, heard, closed: source.readyState === 2 }),
        });
      },
      [`${HUB}${query("match", topic)}`],
    );
    type State = { opened: number; heard: string[]; closed: boolean };
    const state = () => page.evaluate(() => (window as unknown as { state: () => State }).state());
    await expect.poll(async () => (await state()).opened).toBe(1);
    await setCookie(later);
    let sent = 0;
    const opened = async () => {
      const data = String(sent);
      sent += 1;
      const answer = await post(runnel, { topic, data, private: "on" }, publisher);
      expect(answer.status).toBe(200);
      return (await state()).opened;
    };
    await expect.poll(opened, { intervals: [20] }).toBe(2);
    expect(runnel.output()).toContain('"reason":"token expired"');
    const all = Array.from({ length: sent }, (_, index) => String(index));
    await expect.poll(async () => (await state()).heard).toEqual(all);
    await page.close();
  });

  test("metrics are readable with their token, and any other request for them gets 404", async () => {
    const metrics = (headers: Record<string, string>) =>
      fetch(`${runnel.url}/api/metrics`, { headers });
    expect((await metrics({})).status).toBe(404);
    expect((await metrics({ Authorization: "Bearer wrong" })).status).toBe(404);
    const found = await metrics({ Authorization: `Bearer ${METRICS_TOKEN}` });
    expect(found.status).toBe(200);
    expect(await found.text()).toMatch(/^runnel_updates_published_total [1-9]/m);
  });

  test("an issuer's new key is accepted within 5 s, and unknown keys do not cause repeated requests for the issuer's key set", async () => {
    const before = fetched;
    const fresh = bearer(await idpToken(newerKey));
    const answer = async () => (await post(runnel, { topic: "a" }, fresh)).status;
    for (let n = 0; n < 10; n += 1) expect(await answer()).toBe(401);
    expect(fetched).toBeLessThanOrEqual(before + 1);
    keys = [newerKey.jwk];
    await expect.poll(answer, { timeout: 6_000, intervals: [200] }).toBe(200);
    expect(fetched).toBeLessThanOrEqual(before + 2);
    const old = bearer(await idpToken(oldKey));
    expect((await post(runnel, { topic: "b" }, old)).status).toBe(401);
  });
});
