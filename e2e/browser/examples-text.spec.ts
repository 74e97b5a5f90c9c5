import type { Page } from "@playwright/test";
import { POEM } from "../../app/examples/text/poem.ts";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { withFolder } from "../support/copy.ts";
import { expect, test } from "../support/live-page.ts";
import { connections, type Runnel, startRunnel, withRunnel } from "../support/runnel.ts";

const article = (page: Page) => page.getByRole("article");
const textOf = async (page: Page) => (await article(page).textContent()) ?? "";
const lengthOf = (page: Page) => async () => (await textOf(page)).length;
const status = (page: Page) => page.getByRole("status");

/** Starts a job through the page, and waits until it has written this many characters. */
async function start(page: Page, runnel: Pick<Runnel, "url">, characters: number): Promise<void> {
  await page.goto(`${runnel.url}/examples/text`);
  await page.getByRole("button", { name: "Write" }).click();
  await expect(page).toHaveURL(/\?job=/);
  await expect.poll(lengthOf(page), { intervals: [20] }).toBeGreaterThan(characters);
}

test("a text is complete after a reload in the middle, and for a second reader, and then no stream is left", async ({
  page,
  browser,
  runnel,
}) => {
  await start(page, runnel, 100);
  const before = await textOf(page);
  await page.reload();
  expect((await textOf(page)).length).toBeGreaterThanOrEqual(before.length);
  const other = await browser.newContext();
  const reader = await other.newPage();
  await reader.goto(page.url());
  for (const each of [page, reader]) {
    await expect(status(each)).toHaveText("Finished", { timeout: 30_000 });
    expect(await textOf(each)).toBe(POEM);
  }
  await expect.poll(connections(runnel)).toBe(0);
  // A finished text is rendered as a whole, and opens no stream.
  const streams: string[] = [];
  reader.on("request", (request) => {
    if (request.url().includes("/.well-known/mercure")) streams.push(request.url());
  });
  await reader.reload();
  await expect(status(reader)).toHaveText("Finished");
  expect(await textOf(reader)).toBe(POEM);
  await reader.goto(`${runnel.url}/examples`);
  expect(streams).toEqual([]);
  await other.close();
});

test("a second reader can stop the job for both", async ({ page, browser, runnel }) => {
  await start(page, runnel, 50);
  const other = await browser.newContext();
  const reader = await other.newPage();
  await reader.goto(page.url());
  await reader.getByRole("button", { name: "Stop" }).click();
  for (const each of [page, reader]) await expect(status(each)).toHaveText("Stopped");
  const text = await textOf(page);
  expect(await textOf(reader)).toBe(text);
  expect(POEM.startsWith(text)).toBe(true);
  expect(text.length).toBeLessThan(POEM.length);
  await expect.poll(connections(runnel)).toBe(0);
  await other.close();
});

test("a server that is killed loses the job but no word of its text, and the readers are notified", async ({
  page,
}) => {
  await withFolder(async (folder) => {
    const env = { HISTORY_URL: `file:${folder}` };
    const killed = await startRunnel({ env });
    await start(page, killed, 50);
    await killed.stop("SIGKILL");
    await expect(status(page)).toHaveText("Reconnecting");
    const text = await textOf(page);
    await withRunnel({ env, port: killed.port }, async (runnel) => {
      await expect(status(page)).toHaveText(/^Lost/);
      // The last stored part of the text may not have arrived here before.
      const whole = await textOf(page);
      expect(whole.startsWith(text) && POEM.startsWith(whole)).toBe(true);
      await page.reload();
      await expect(status(page)).toHaveText(/^Lost/);
      expect(await textOf(page)).toBe(whole);
      await expect.poll(connections(runnel)).toBe(0);
    });
  });
});

test("without JavaScript a job can be started and stopped, and a reload shows its progress", async ({
  browser,
  runnel,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await start(page, runnel, -1);
  const grown = async () => {
    await page.reload();
    return (await textOf(page)).length;
  };
  await expect.poll(grown).toBeGreaterThan(20);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(status(page)).toHaveText("Stopped");
  await context.close();
});

test("an unknown job and an invalid job id are not found", async ({ page, runnel }) => {
  for (const id of [crypto.randomUUID(), "nonsense"]) {
    const response = await page.goto(`${runnel.url}/examples/text?job=${id}`);
    expect(response?.status(), id).toBe(404);
  }
});

test("axe finds nothing on the text page, before, during and after the job", async ({
  page,
  runnel,
}) => {
  const check = async (state: string) => {
    for (const each of LOOKS) {
      await look(page, each);
      await expectAccessible(page, `${state}, ${each.name}`);
    }
  };
  await page.goto(`${runnel.url}/examples`);
  await check("index");
  await page.goto(`${runnel.url}/examples/text?busy`);
  await check("before");
  await start(page, runnel, 50);
  await check("while it writes");
  // Text that comes word by word is not announced.
  await expect(page.locator("[aria-live], [role=log]").filter({ hasText: "coot" })).toHaveCount(0);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(status(page)).toHaveText("Stopped");
  await check("after");
});
