import { BROWSER_ARGS, likelyChromium } from "../../scripts/chromium.mjs";
import { BACKOFF, test as base, expect } from "../support/client-hub.ts";
import { type Client, openClient } from "../support/client-page.ts";
import { HUB, query } from "../support/hub.ts";
import { expectWhole, type Publisher, startPublisher } from "../support/publisher.ts";
import { rendererOf } from "../support/renderer.ts";
import { connections } from "../support/runnel.ts";

const executablePath = likelyChromium();

/** Tabs of one browser that subscribe to the same topic. */
interface Tabs {
  readonly all: Client[];
  /** Opens one more tab, and waits until it is live. */
  open(): Promise<Client>;
  /** Returns the tab that has the connection. */
  leader(): Promise<Client>;
  /** Closes the tab, and removes it from `all`. */
  close(client: Client): Promise<void>;
}

const test = base.extend<{ tabs: Tabs; numbers: Publisher }>({
  tabs: async ({ context, way, topic, runnel }, use) => {
    const url = HUB + query("match", topic);
    const all: Client[] = [];
    await use({
      all,
      async open() {
        const client = await openClient(await context.newPage(), way, { url, backoff: BACKOFF });
        all.push(client);
        await expect.poll(client.states).toEqual(["connecting", "open"]);
        return client;
      },
      async leader() {
        for (const client of all) if ((await via(client)) === "own") return client;
        throw new Error("nobody leads");
      },
      async close(client) {
        all.splice(all.indexOf(client), 1);
        await client.page.close();
      },
    });
    await Promise.all(context.pages().map((page) => page.close()));
    await expect.poll(connections(runnel)).toBe(0);
  },
  /** Publishes all the time, beginning when the first tab is live. */
  numbers: async ({ tabs, topic, runnel }, use) => {
    await tabs.open();
    const publisher = startPublisher(runnel, { topic });
    await publisher.more(5);
    await use(publisher);
    await publisher.stop();
  },
});

test.use({
  launchOptions: {
    ...(executablePath ? { executablePath } : {}),
    args: BROWSER_ARGS,
    // Playwright turns the back/forward cache off. In people's browsers it is on.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  },
});

async function via({ now }: Client): Promise<"own" | "tab" | undefined> {
  const { status } = await now();
  return status.state === "open" ? status.via : undefined;
}

/** Returns the id of the renderer process of each tab. The tabs are checked one after the other: each has to be busy alone. */
async function processesOf(tabs: readonly Client[]): Promise<number[]> {
  const ids: number[] = [];
  for (const { page } of tabs) ids.push(await rendererOf(page));
  return ids;
}

/** Stops publishing, and asserts that each tab has received all updates since its first, each once and in order. */
async function expectAllWhole(tabs: readonly Client[], publisher: Publisher): Promise<void> {
  for (const { heard } of tabs) {
    await expect.poll(heard).not.toEqual([]);
    const [first = ""] = await heard();
    const before = publisher.taken[publisher.taken.indexOf(first) - 1];
    await expectWhole(heard, publisher, before);
  }
}

test("ten tabs over HTTP/1.1 are live over one connection, although a browser allows six", async ({
  tabs,
  numbers,
  runnel,
}) => {
  for (let n = 1; n < 10; n += 1) await tabs.open();
  expect(await connections(runnel)()).toBe(1);
  await numbers.more(20);
  const [last] = tabs.all.slice(-1);
  // A seventh connection would wait for ever.
  expect(await last?.page.evaluate(async () => (await fetch("/api/health")).status)).toBe(200);
  await expectAllWhole(tabs.all, numbers);
  const own = await Promise.all(tabs.all.map(via));
  expect(own.filter((one) => one === "own")).toHaveLength(1);
  expect(await connections(runnel)()).toBe(1);
});

test("when the tab with the connection is closed, another tab takes over: no update is lost or repeated", async ({
  tabs,
  numbers,
  runnel,
}) => {
  for (let n = 1; n < 5; n += 1) await tabs.open();
  while (tabs.all.length > 2) {
    await numbers.more(10);
    await tabs.close(await tabs.leader());
    await expect.poll(async () => (await Promise.all(tabs.all.map(via))).sort()).toContain("own");
  }
  await numbers.more(10);
  await expectAllWhole(tabs.all, numbers);
  expect(await connections(runnel)()).toBe(1);
});

test("when the tab with the connection crashes, another tab takes over", async ({
  tabs,
  numbers,
  runnel,
  context,
}) => {
  const others = [await tabs.open(), await tabs.open()];
  const [leader] = tabs.all;
  if (leader === undefined) throw new Error("there is no tab");
  const browser = await context.newCDPSession(leader.page);
  const crashed = leader.page.waitForEvent("crash");
  browser.send("Page.crash").catch(() => {});
  await crashed;
  await numbers.more(40);
  await expectAllWhole(others, numbers);
  await expect.poll(connections(runnel)).toBe(1);
});

test("when the tab with the connection is frozen, another tab takes over; when it continues, it has missed nothing", async ({
  tabs,
  numbers,
  runnel,
}) => {
  const others = [await tabs.open(), await tabs.open()];
  const leader = await tabs.leader();
  const [frozen = 0, ...live] = await processesOf([leader, ...others]);
  expect(live).not.toContain(frozen);
  process.kill(frozen, "SIGSTOP");
  try {
    const ways = async () => (await Promise.all(others.map(via))).sort();
    await expect.poll(ways, { timeout: 30_000 }).toEqual(["own", "tab"]);
    // Another tab has the lock. The frozen tab's connection is still open, but delivers to no tab.
    expect(await connections(runnel)()).toBe(2);
    await numbers.more(20);
  } finally {
    process.kill(frozen, "SIGCONT");
  }
  await expect.poll(() => via(leader)).toBe("tab");
  await numbers.more(20);
  await expectAllWhole(tabs.all, numbers);
  await expect.poll(connections(runnel)).toBe(1);
});

test("when the tab with the connection goes into the back/forward cache, another takes over; when it is restored, it follows and has missed nothing", async ({
  tabs,
  numbers,
  runnel,
  way,
}) => {
  await tabs.open();
  const leader = await tabs.leader();
  await leader.page.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { persisted }));
  });
  await leader.page.goto(`${way.origin}/api/health`);
  await numbers.more(20);
  await leader.page.goBack({ waitUntil: "commit" });
  await expect.poll(() => via(leader)).toBe("tab");
  expect(await leader.page.evaluate("persisted")).toBe(true);
  await numbers.more(10);
  await expectAllWhole(tabs.all, numbers);
  expect(await connections(runnel)()).toBe(1);
});
