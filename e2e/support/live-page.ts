import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { type ScriptedStream, startScriptedStream } from "../fixtures/streams/scripted-stream.ts";
import { connections, type Runnel, startRunnel } from "./runnel.ts";

/** The live page, as its reader sees it. */
export interface LivePage {
  readonly status: Locator;
  /** The element that scrolls. */
  readonly list: Locator;
  /** The entries of the list. */
  readonly entries: Locator;
  button(name: string): Locator;
  /** The number of events, or their rate. */
  figure(name: "events" | "a second"): Locator;
  /** The texts of the entries, without times, ids and details. */
  texts(): Promise<string[]>;
}

export function livePage(page: Page): LivePage {
  const entries = page.locator("#msg > li");
  return {
    status: page.getByRole("status"),
    list: page.getByRole("region", { name: "接收的消息：" }),
    entries,
    button: (name) => page.getByRole("button", { name, exact: true }),
    figure: (name) => page.locator("dl > div").filter({ hasText: name }).locator("dd"),
    texts: () => entries.locator("> [data-text]").allTextContents(),
  };
}

interface TestFixtures {
  live: LivePage;
  scripted: ScriptedStream;
  /** The page's address with the scripted server's stream. The page never closes that stream by itself. */
  scriptedPage: string;
  violations: string[];
}

/** Gives each test the production server, a scripted server and the page. Asserts that the test leaves nothing open. */
export const test = base.extend<TestFixtures, { runnel: Runnel }>({
  runnel: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the braces.
    async ({}, use) => {
      const runnel = await startRunnel();
      await use(runnel);
      await runnel.stop();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the braces.
  scripted: async ({}, use) => {
    const server = await startScriptedStream();
    await use(server);
    await server.close();
  },
  scriptedPage: async ({ runnel, scripted }, use) => {
    await use(`${runnel.url}/?close=0&url=${encodeURIComponent(scripted.url)}`);
  },
  live: async ({ page }, use) => use(livePage(page)),
  violations: [
    async ({ page, runnel }, use) => {
      const violations: string[] = [];
      page.on("pageerror", (error) => violations.push(error.message));
      page.on("console", (message) => {
        if (/security policy|refused to|hydrat|react/i.test(message.text()))
          violations.push(message.text());
      });
      await use(violations);
      await page.close();
      expect(violations).toEqual([]);
      await expect.poll(connections(runnel)).toBe(0);
    },
    { auto: true },
  ],
});

export { expect };
