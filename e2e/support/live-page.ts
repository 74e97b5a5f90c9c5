import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { type ScriptedStream, startScriptedStream } from "../fixtures/streams/scripted-stream.ts";
import { connections, type Runnel, startRunnel } from "./runnel.ts";

/** What a reader sees of the live page. */
export interface LivePage {
  readonly status: Locator;
  /** What scrolls. */
  readonly list: Locator;
  /** The list's entries. */
  readonly entries: Locator;
  button(name: string): Locator;
  /** The number of events, or their rate. */
  figure(name: "events" | "a second"): Locator;
  /** The texts of the entries: without their times, ids and details. */
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
  /** The page's address that shows the scripted server's stream and never closes by itself. */
  scriptedPage: string;
  violations: string[];
}

/** Gives each test the production server, a scripted one, and the page; and asserts that it leaves nothing open. */
export const test = base.extend<TestFixtures, { runnel: Runnel }>({
  runnel: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the braces.
    async ({}, use) => {
      const runnel = await startRunnel();
      await use(runnel);
      await runnel.stop();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the braces.
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
