import type { StreamProxy } from "../fixtures/streams/stream-proxy.ts";
import { BACKOFF } from "../support/client-hub.ts";
import { test as base, expect, openClient } from "../support/client-page.ts";
import { HUB, query } from "../support/hub.ts";
import { Keys } from "../support/keys.ts";
import { expectWhole, type Publisher, startPublisher } from "../support/publisher.ts";
import { connections, type Runnel, startRunnel } from "../support/runnel.ts";

const TOPIC = "mine";
const OPTIONS = { url: HUB + query("match", TOPIC), backoff: BACKOFF };
const COOKIE = "mercure_test";
/** The shortest lifetime of a token that still works. */
const SECONDS = 2;

interface Fixtures {
  /** The proxy between the hub and the page. */
  way: StreamProxy;
  /** Mints another token for the page, with a short lifetime. */
  nextToken: () => Promise<string>;
  /** Publishes updates that no subscriber without a token receives. */
  publish: () => Promise<Publisher>;
}

const test = base.extend<Fixtures, { keys: Keys; runnel: Runnel }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the braces.
  keys: [({}, use) => use(new Keys(COOKIE)), { scope: "worker" }],
  runnel: [
    async ({ keys }, use) => {
      const runnel = await startRunnel({ env: { ...keys.env } });
      await use(runnel);
      await runnel.stop();
    },
    { scope: "worker" },
  ],
  way: async ({ page, site, runnel }, use) => {
    await use(await site(runnel));
    await page.close();
    await expect.poll(connections(runnel)).toBe(0);
  },
  nextToken: ({ keys }, use) =>
    use(() => keys.token({ action: "subscribe", topic: TOPIC, seconds: SECONDS })),
  publish: async ({ keys, runnel }, use) => {
    const token = await keys.token({ action: "publish", topic: TOPIC });
    const headers = { Authorization: `Bearer ${token}` };
    const publishers: Publisher[] = [];
    await use(async () => {
      const publisher = startPublisher(runnel, { topic: TOPIC, private: true, headers });
      publishers.push(publisher);
      await publisher.more(5);
      return publisher;
    });
    await Promise.all(publishers.map((publisher) => publisher.stop()));
  },
});

test("the client requests a new token when its token expires, and loses no private update", async ({
  page,
  way,
  nextToken,
  publish,
}) => {
  const given: string[] = [];
  await page.exposeFunction("token", async () => {
    given.push(await nextToken());
    return given.at(-1);
  });
  const client = await openClient(page, way, { ...OPTIONS, token: "token" });
  await expect.poll(client.states).toContain("open");
  const publisher = await publish();
  await expect.poll(() => new Set(given).size).toBe(3);
  await expect.poll(() => way.requests).toBe(3);
  await publisher.more(5);
  await expectWhole(client.heard, publisher);
  const shown = way.seen.map(({ headers }) => headers.authorization);
  expect(shown).toEqual(given.slice(0, 3).map((token) => `Bearer ${token}`));
  for (const { url } of way.seen) for (const token of given) expect(url).not.toContain(token);
});

test("the client requests a new token when a token is refused or not available", async ({
  page,
  way,
  nextToken,
  publish,
}) => {
  const answers = [
    () => Promise.reject(new Error("nobody is signed in")),
    () => Promise.resolve("no.token.atall"),
  ];
  await page.exposeFunction("token", () => (answers.shift() ?? nextToken)());
  const client = await openClient(page, way, { ...OPTIONS, token: "token" });
  await expect.poll(() => way.requests).toBe(2);
  await expect.poll(client.states).toEqual(["connecting", "reconnecting", "open"]);
  const publisher = await publish();
  await expectWhole(client.heard, publisher);
});

test("the client renews a cookie whose token expires, and loses no private update", async ({
  page,
  context,
  way,
  nextToken,
  publish,
}) => {
  let renewed = 0;
  const renew = async () => {
    renewed += 1;
    if (renewed === 2) throw new Error("the server that renews is away");
    await context.addCookies([{ name: COOKIE, value: await nextToken(), url: way.origin }]);
  };
  await renew();
  await page.exposeFunction("renew", renew);
  const client = await openClient(page, way, { ...OPTIONS, renew: "renew" });
  await expect.poll(client.states).toContain("open");
  const publisher = await publish();
  await expect.poll(() => renewed).toBe(4);
  await publisher.more(5);
  await expectWhole(client.heard, publisher);
});
