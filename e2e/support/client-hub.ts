import type { StreamProxy } from "../fixtures/streams/stream-proxy.ts";
import type { ClientOptions } from "./client-entry.ts";
import { test as base, type Client, expect, openClient } from "./client-page.ts";
import { HUB, query } from "./hub.ts";
import { type Publisher, startPublisher } from "./publisher.ts";
import { connections, type Runnel, startRunnel } from "./runnel.ts";

/** The client's delays, in milliseconds: short enough for a test, and more than one of them. */
export const BACKOFF = { first: 50, longest: 400 };

interface Fixtures {
  /** The client's options beside the address. */
  options: Partial<ClientOptions>;
  /** A topic for this test alone. */
  topic: string;
  /** The proxy between the hub and the page. */
  way: StreamProxy;
  /** The page, with its stream open. */
  client: Client;
  /** Publishes to the topic, beginning when the stream is open. */
  publisher: Publisher;
}

/** Gives each test a page that subscribes to a topic of a hub through a proxy, and a publisher that publishes there all the time. */
export const test = base.extend<Fixtures, { runnel: Runnel }>({
  runnel: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the braces.
    async ({}, use) => {
      const runnel = await startRunnel({ env: { HEARTBEAT_SECONDS: "0.8" } });
      await use(runnel);
      await runnel.stop();
    },
    { scope: "worker" },
  ],
  options: [{}, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the braces.
  topic: ({}, use, { testId }) => use(testId),
  way: async ({ site, runnel }, use) => use(await site(runnel)),
  client: async ({ page, way, topic, runnel, options }, use) => {
    const url = HUB + query("match", topic);
    const client = await openClient(page, way, { url, backoff: BACKOFF, ...options });
    await expect.poll(client.states).toEqual(["connecting", "open"]);
    await use(client);
    await page.close();
    await expect.poll(connections(runnel)).toBe(0);
  },
  // The publisher starts after the client, because the client's stream begins with the next update.
  publisher: async ({ client: _, topic, runnel }, use) => {
    const publisher = startPublisher(runnel, { topic });
    await publisher.more(5);
    await use(publisher);
    await publisher.stop();
  },
});

export { expect };
