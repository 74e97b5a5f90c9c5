import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, test } from "@playwright/test";
import type { TokenReport } from "../../hub/http/inspect.ts";
import { HUB, listen, post, query } from "../support/hub.ts";
import { ALONE, connections, type Runnel, startRunnel, withRunnel } from "../support/runnel.ts";

const COOKIE = "__Secure-mercure_access_token";
const ADA = "https://example.com/users/ada";
const EVE = "https://example.com/users/eve";

/** Requests a token, and resolves with the answer, whatever its status. */
const ask = (runnel: Pick<Runnel, "url">, wanted: object, headers: Record<string, string> = {}) =>
  fetch(`${runnel.url}/console/token`, {
    method: "POST",
    headers: { ...ALONE, "Content-Type": "application/json", ...headers },
    body: JSON.stringify(wanted),
  });

async function minted(runnel: Pick<Runnel, "url">, wanted: object): Promise<string> {
  const response = await ask(runnel, wanted);
  expect(response.status).toBe(200);
  const { token }: { token: string } = await response.json();
  return token;
}

async function inspected(runnel: Pick<Runnel, "url">, token: string): Promise<TokenReport> {
  const response = await fetch(`${runnel.url}/console/inspect`, {
    method: "POST",
    headers: { ...ALONE, "Content-Type": "text/plain" },
    body: token,
  });
  expect(response.status).toBe(200);
  return response.json();
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const cookieWith = (value: string) => ({
  ...{ name: COOKIE, value, domain: "127.0.0.1", path: HUB },
  ...{ httpOnly: true, secure: true, sameSite: "Strict" as const },
});
const own = (user: string) => ({ publish: [{ match: user }], subscribe: [{ match: user }] });

/** Asserts that no line of the log contains a token's signature. A token without its signature is useless. */
function expectUntold(runnel: Runnel, tokens: readonly string[]): void {
  for (const token of tokens) expect(runnel.output()).not.toContain(token.split(".").at(-1));
}

test("a client with a playground's token may do what the token grants, and nothing else", async () => {
  await withRunnel({ env: { LOG_LEVEL: "trace" } }, async (runnel) => {
    const ada = await minted(runnel, { ...own(ADA), payload: { name: "Ada" } });
    const listener = await listen(runnel, { at: "?match=*", ...bearer(ada) });
    for (const topic of [EVE, ADA]) {
      const update = { topic, data: `for ${topic}`, private: "on" };
      expect((await post(runnel, update)).status).toBe(200);
      const { status } = await post(
        runnel,
        { ...update, data: `by Ada, for ${topic}` },
        bearer(ada),
      );
      expect(status).toBe(topic === ADA ? 200 : 403);
    }
    await expect.poll(listener.data).toEqual([`for ${ADA}`, `by Ada, for ${ADA}`]);
    const api = `${runnel.url}${HUB}/subscriptions`;
    expect((await fetch(api, bearer(ada))).status).toBe(403);
    // A payload belongs to a matcher that the token grants. So Ada also subscribes to her own topic, beside all topics.
    const hers = await listen(runnel, { at: query("match", ADA), ...bearer(ada) });
    const shown = await fetch(`${api}/exact/${encodeURIComponent(ADA)}`, { headers: ALONE });
    const { subscriptions } = await shown.json();
    expect(subscriptions).toMatchObject([{ match: ADA, payload: { name: "Ada" } }]);
    for (const each of [listener, hers]) each.leave();
    await expect.poll(connections(runnel)).toBe(0);
    expectUntold(runnel, [ada]);
  });
});

test("a page whose cookie has a playground's token reads what that token grants", async ({
  page,
  context,
}) => {
  await withRunnel({}, async (runnel) => {
    const value = await minted(runnel, { ...own(ADA) });
    await context.addCookies([cookieWith(value)]);
    // A page of the same origin, without a policy that blocks the test's scripts.
    await page.goto(`${runnel.url}/api/health`);
    const heard = page.evaluate(
      (at) =>
        new Promise<string[]>((resolve) => {
          const data: string[] = [];
          const source = new EventSource(at);
          source.onopen = () => document.body.append("open");
          source.onmessage = (event) => {
            data.push(event.data);
            if (event.data !== "last") return;
            source.close();
            resolve(data);
          };
        }),
      `${HUB}?match=*`,
    );
    await expect(page.getByText("open")).toBeVisible();
    for (const topic of [EVE, ADA]) await post(runnel, { topic, data: topic, private: "on" });
    await post(runnel, { topic: "all", data: "last" });
    expect(await heard).toEqual([ADA, "last"]);
    const status = (topic: string) =>
      page.evaluate(
        async ([hub, each]) =>
          (
            await fetch(hub ?? "", {
              method: "POST",
              body: new URLSearchParams({ topic: each ?? "" }),
            })
          ).status,
        [HUB, topic],
      );
    expect([await status(ADA), await status(EVE)]).toEqual([200, 403]);
    await expect.poll(connections(runnel)).toBe(0);
  });
});

test("a playground's token ends with the playground: the next one, on the same address, refuses it and says why", async ({
  page,
  context,
}) => {
  const first = await startRunnel();
  const token = await minted(first, own(ADA));
  expect((await post(first, { topic: ADA }, bearer(token))).status).toBe(200);
  await first.stop();
  await withRunnel({ port: first.port }, async (runnel) => {
    expect((await post(runnel, { topic: ADA }, bearer(token))).status).toBe(401);
    const { publisher } = await inspected(runnel, token);
    expect(publisher).toMatchObject({ ok: false, reason: "signature" });
    expect(publisher.explanation).toContain("new key at each start");
    // Without the token everything is allowed, as always. A browser that has kept the token gets access from its second try on.
    expect((await post(runnel, { topic: ADA })).status).toBe(200);
    await context.addCookies([cookieWith(token)]);
    await page.goto(`${runnel.url}/api/health`);
    const publishes = () =>
      page.evaluate(async (hub) => {
        const body = new URLSearchParams({ topic: "a" });
        return (await fetch(hub, { method: "POST", body })).status;
      }, HUB);
    expect([await publishes(), await publishes()]).toEqual([401, 200]);
    await page.close();
  });
});

test("a page of another origin and a host name of DNS rebinding get no token", async ({ page }) => {
  const elsewhere = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html").end("<title>elsewhere</title>");
  }).listen(0, "127.0.0.1");
  try {
    await withRunnel({}, async (runnel) => {
      const { port } = elsewhere.address() as AddressInfo;
      for (const host of ["127.0.0.1", "localhost"]) {
        await page.goto(`http://${host}:${port}/`);
        const got = await page.evaluate(async (url) => {
          const body = JSON.stringify({ publish: [{ match: "*" }] });
          const tries: RequestInit[] = [
            { headers: { "Content-Type": "application/json" } },
            { headers: { "Content-Type": "text/plain" } },
          ];
          return Promise.all(
            tries.map((each) =>
              fetch(url, { method: "POST", body, ...each }).then(
                () => "read",
                () => "failed",
              ),
            ),
          );
        }, `${runnel.url}/console/token`);
        expect(got).toEqual(["failed", "failed"]);
      }
      const wanted = { publish: [{ match: "*" }] };
      for (const headers of [
        { Origin: "https://evil.example" },
        { "Sec-Fetch-Site": "cross-site" },
        { "X-Forwarded-For": "203.0.113.7" },
      ]) {
        expect((await ask(runnel, wanted, headers)).status).toBe(403);
      }
      for (const path of ["/console/token", "/console/inspect"]) {
        const answer = await askAs("evil.example", runnel.port, path);
        expect(answer).toMatch(/^HTTP\/1\.1 403 /);
        expect(answer).toContain("urn:runnel:problem:wrong-host");
      }
    });
  } finally {
    elsewhere.close();
    elsewhere.closeAllConnections();
  }
});

/** Sends a request under a given host name. */
function askAs(host: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const type = path.endsWith("token") ? "application/json" : "text/plain";
    const socket = connect(port, "127.0.0.1");
    socket.end(
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: 2\r\n\r\n{}`,
    );
    let answer = "";
    socket.on("data", (data: Buffer) => {
      answer += data.toString();
    });
    socket.on("close", () => resolve(answer)).on("error", reject);
  });
}

test("the token endpoint answers only POST, and accepts only JSON", async () => {
  await withRunnel({}, async (runnel) => {
    for (const path of ["/console/token", "/console/inspect"]) {
      const url = `${runnel.url}${path}`;
      for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
        const response = await fetch(url, { method, headers: ALONE });
        expect(response.status).toBe(405);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        expect(response.headers.get("content-security-policy")).toBeNull();
      }
      const options = await fetch(url, { method: "OPTIONS", headers: ALONE });
      expect(options.headers.get("allow")).toBe("POST, OPTIONS");
      expect(options.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

test.describe("a hub that is no playground", () => {
  const KEY = randomBytes(48).toString("base64");
  const ENV = {
    MERCURE_PUBLISHER_JWT_KEY: KEY,
    MERCURE_SUBSCRIBER_JWT_KEY: KEY,
    MERCURE_TRUSTED_ISSUERS: "https://app.example.com",
    MERCURE_RESOURCE_IDENTIFIER: "https://hub.example.com/.well-known/mercure",
    LOG_LEVEL: "trace",
  };

  test("with keys mints no token, accepts no playground's token, and tells the client why", async () => {
    const playground = await startRunnel();
    const token = await minted(playground, own(ADA));
    await playground.stop();
    await withRunnel({ env: ENV }, async (runnel) => {
      const none = await ask(runnel, { publish: [{ match: "*" }] });
      expect(none.status).toBe(404);
      expect(await none.json()).toMatchObject({ type: "urn:runnel:problem:not-found" });
      expect((await post(runnel, { topic: ADA }, bearer(token))).status).toBe(401);
      const { publisher, claims } = await inspected(runnel, token);
      expect(claims).toMatchObject({ iss: "urn:runnel:playground" });
      expect(publisher).toMatchObject({ ok: false, reason: "issuer" });
      expect(publisher.explanation).toContain("A playground has signed it");
      expectUntold(runnel, [token]);
      expect(runnel.output()).not.toContain(KEY);
    });
  });

  test("on an address that other machines can reach mints no token either", async () => {
    await withRunnel({ env: { HOST: "0.0.0.0" } }, async (runnel) => {
      expect((await ask(runnel, { publish: [{ match: "*" }] })).status).toBe(404);
    });
  });
});
