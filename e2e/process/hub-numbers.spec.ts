import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import type { NumbersDocument } from "../../hub/stats/numbers.ts";
import { HUB, type Listener, listen, numbered, publishAll, query } from "../support/hub.ts";
import { connections, freePort, ROOT, type Runnel, startRunnel } from "../support/runnel.ts";

const run = promisify(execFile);
const TOPIC = `${HUB}/numbers`;
const NUMBERS = query("match", TOPIC);

const documents = (listener: Listener): NumbersDocument[] =>
  listener.events
    .filter(({ type }) => type === "runnel:numbers")
    .map(({ data }) => JSON.parse(data));
/** Returns the sum over all documents so far. */
const sum = (listener: Listener, name: "published" | "delivered" | "refused") => () =>
  documents(listener).reduce((total, document) => total + document[name], 0);

test.describe("the hub's stats", () => {
  let runnel: Runnel;

  test.beforeAll(async () => {
    runnel = await startRunnel();
  });

  test.afterEach(async () => {
    await expect.poll(connections(runnel)).toBe(0);
  });

  test.afterAll(async () => {
    await runnel.stop();
    expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
  });

  test("count each published update once, and each delivered event once", async () => {
    const readers = await Promise.all(
      [1, 2, 3].map(() => listen(runnel, { at: query("match", "counted") })),
    );
    const numbers = await listen(runnel, { at: NUMBERS });
    await expect.poll(() => documents(numbers).length).toBeGreaterThan(0);
    for (let round = 0; round < 5; round += 1) {
      const updates = numbered(`${round}-`, 200).map((data) => ({ topic: "counted", data }));
      await publishAll(runnel, updates);
    }
    for (const reader of readers) await expect.poll(() => reader.events.length).toBe(1_000);
    await expect.poll(sum(numbers, "published")).toBe(1_000);
    await expect.poll(sum(numbers, "delivered")).toBe(3_000);
    const busy = documents(numbers).find(({ published }) => published > 0);
    expect(busy).toMatchObject({
      connections: 4,
      audiences: 1,
      subscriptions: 3,
      deliveryMs: { p50: expect.any(Number), p99: expect.any(Number) },
      appendMs: { p50: expect.any(Number), p99: expect.any(Number) },
    });
    expect(busy?.deliveryMs?.p50).toBeGreaterThan(0);
    expect(busy?.rssBytes).toBeGreaterThan(2 ** 24);
    // Nothing happens after this, and the documents themselves do not count.
    const since = documents(numbers).length;
    await expect.poll(() => documents(numbers).length).toBeGreaterThan(since + 1);
    expect(documents(numbers).slice(since + 1)[0]).toMatchObject({
      published: 0,
      delivered: 0,
      deliveryMs: null,
    });
    const at = documents(numbers).map((document) => document.at);
    for (const [index, time] of at.slice(1).entries()) {
      expect(time).toBeGreaterThan(at[index] ?? 0);
    }
    for (const each of [...readers, numbers]) each.leave();
  });

  test("can be read with curl as with any client, and are in no history", async () => {
    const before = await listen(runnel, { at: `${query("match", "*")}&last_event_id=earliest` });
    const curl = spawn("curl", ["-sN", `${runnel.url}${HUB}${NUMBERS}`]);
    let text = "";
    curl.stdout.on("data", (data: Buffer) => {
      text += data.toString();
    });
    await expect.poll(() => text.match(/^event:runnel:numbers\ndata:\{.*\}\n\n/gm)?.length).toBe(2);
    expect(text).not.toMatch(/^id:/m);
    curl.kill();
    await publishAll(runnel, [{ topic: "a", data: "the end" }]);
    const after = await listen(runnel, { at: `${query("match", "*")}&last_event_id=earliest` });
    for (const listener of [before, after]) {
      await expect.poll(listener.data).toContain("the end");
      expect(listener.events.some(({ type }) => type === "runnel:numbers")).toBe(false);
      listener.leave();
    }
  });

  test("do not count as a subscription, and have a stream of their own", async () => {
    const numbers = await listen(runnel, { at: NUMBERS });
    const found = await (await fetch(`${runnel.url}${HUB}/subscriptions`)).json();
    expect(found.subscriptions).toEqual([]);
    const mixed = await fetch(`${runnel.url}${HUB}${NUMBERS}&match=a`);
    expect(mixed.status).toBe(400);
    expect(await mixed.json()).toMatchObject({
      type: "urn:runnel:problem:bad-matcher",
      detail: expect.stringContaining("subscribe to it alone"),
    });
    await expect.poll(sum(numbers, "refused")).toBe(1);
    numbers.leave();
  });
});

test("the stats of a hub with keys are readable with a token that grants them, until the token expires", async () => {
  const port = await freePort();
  const env = {
    MERCURE_PUBLISHER_JWT_KEY: randomBytes(48).toString("base64"),
    MERCURE_SUBSCRIBER_JWT_KEY: randomBytes(48).toString("base64"),
    MERCURE_TRUSTED_ISSUERS: "https://app.example.com",
    MERCURE_RESOURCE_IDENTIFIER: `http://127.0.0.1:${port}${HUB}`,
  };
  const token = async (...args: readonly string[]) => {
    const options = {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NODE_ENV: "production" as const, ...env },
    };
    const { stdout } = await run("npm", ["run", "-s", "token", "--", "--print", ...args], options);
    return { headers: { Authorization: `Bearer ${stdout.trim()}` } };
  };
  const runnel = await startRunnel({ port, env });
  try {
    const at = NUMBERS;
    const answer = (init?: RequestInit) => fetch(`${runnel.url}${HUB}${NUMBERS}`, init);
    const none = await answer();
    expect(none.status).toBe(401);
    expect(none.headers.get("www-authenticate")).toMatch(/^Bearer resource_metadata=/);
    const other = await answer(await token("--subscribe", "a"));
    expect(other.status).toBe(403);
    expect(other.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    const ending = await listen(runnel, {
      at,
      ...(await token("--subscribe", TOPIC, "--expires", "4s")),
    });
    expect(ending.status).toBe(200);
    await expect.poll(() => documents(ending).length).toBeGreaterThan(0);
    await expect.poll(() => ending.end).toBe("clean");
    const all = await listen(runnel, { at, ...(await token("--subscribe", "*")) });
    await expect.poll(() => documents(all).length).toBeGreaterThan(0);
    all.leave();
  } finally {
    await runnel.stop();
  }
});
