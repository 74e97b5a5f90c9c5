import type { Page } from "@playwright/test";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { withFolder } from "../support/copy.ts";
import { expect, test } from "../support/live-page.ts";
import { connections, type Runnel, startRunnel, withRunnel } from "../support/runnel.ts";

const bar = (page: Page) => page.getByRole("progressbar");
const percent = (page: Page) => async () => Number(await bar(page).getAttribute("value"));
const status = (page: Page) => page.getByRole("status");

async function start(page: Page, runnel: Pick<Runnel, "url">, atLeast: number): Promise<void> {
  await page.goto(`${runnel.url}/examples/progress`);
  await page.getByRole("button", { name: "Start a job" }).click();
  await expect(page).toHaveURL(/\?job=/);
  await expect.poll(percent(page), { intervals: [20] }).toBeGreaterThanOrEqual(atLeast);
}

/** Records each value of the progress bar, from the first paint on. */
function noteValues(): void {
  const values: number[] = [];
  Object.assign(globalThis, { values });
  const note = () => {
    const value = document.querySelector("progress")?.value;
    if (value !== undefined && value !== values.at(-1)) values.push(value);
  };
  const all = { subtree: true, childList: true, attributes: true, attributeFilter: ["value"] };
  new MutationObserver(note).observe(document, all);
}

test("the first paint shows the progress of the job, and the stream continues from there, in two tabs", async ({
  page,
  context,
  browser,
  runnel,
}) => {
  await start(page, runnel, 10);
  const before = await percent(page)();

  const plain = await browser.newContext({ javaScriptEnabled: false });
  const painted = await plain.newPage();
  await painted.goto(page.url());
  const first = await percent(painted)();
  expect(first).toBeGreaterThanOrEqual(before);
  await expect(painted.getByText(`${first} %`).first()).toBeVisible();
  await plain.close();

  const tab = await context.newPage();
  await tab.addInitScript(noteValues);
  await tab.goto(page.url());
  await expect.poll(percent(tab), { intervals: [20] }).toBeGreaterThan(first + 5);
  await tab.reload();
  for (const each of [page, tab]) {
    await expect(status(each)).toHaveText("Finished", { timeout: 30_000 });
    expect(await percent(each)()).toBe(100);
  }
  const values = await tab.evaluate<number[]>("values");
  expect(values[0]).toBeGreaterThan(first + 5);
  expect(values).toEqual([...values].sort((a, b) => a - b));
  await expect.poll(connections(runnel)).toBe(0);
  await tab.close();
});

test("a stopped job keeps its progress, after a reload too", async ({ page, runnel }) => {
  await start(page, runnel, 5);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(status(page)).toHaveText("Stopped");
  const stopped = await percent(page)();
  await page.reload();
  await expect(status(page)).toHaveText("Stopped");
  expect(await percent(page)()).toBe(stopped);
  await expect.poll(connections(runnel)).toBe(0);
});

test("a server that is killed loses the job, and the bar reports this and keeps its value", async ({
  page,
}) => {
  await withFolder(async (folder) => {
    const env = { HISTORY_URL: `file:${folder}` };
    const killed = await startRunnel({ env });
    await start(page, killed, 5);
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await expect.poll(percent(tab)).toBeGreaterThanOrEqual(5);
    await killed.stop("SIGKILL");
    const last = await percent(page)();
    await withRunnel({ env, port: killed.port }, async () => {
      // Both tabs ask for the job, and it is lost once: its progress is still among its last updates.
      for (const each of [page, tab]) {
        await expect(status(each)).toHaveText(/^Lost/);
        expect(await percent(each)()).toBeGreaterThanOrEqual(last);
      }
      await page.reload();
      await expect(status(page)).toHaveText(/^Lost/);
      expect(await percent(page)()).toBeGreaterThanOrEqual(last);
      await tab.close();
    });
  });
});

test("axe finds nothing on the progress page, before, during and after the job", async ({
  page,
  runnel,
}) => {
  const check = async (state: string) => {
    for (const each of LOOKS) {
      await look(page, each);
      await expectAccessible(page, `${state}, ${each.name}`);
    }
  };
  await page.goto(`${runnel.url}/examples/progress`);
  await check("before");
  await start(page, runnel, 1);
  await check("while it works");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(status(page)).toHaveText("Stopped");
  await check("after");
});
