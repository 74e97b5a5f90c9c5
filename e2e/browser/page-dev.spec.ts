import { expect, test } from "@playwright/test";
import { livePage } from "../support/live-page.ts";
import { connections, startRunnel } from "../support/runnel.ts";

test("in `next dev`, where StrictMode sets up, cleans up and sets up again, the page opens one connection", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const runnel = await startRunnel({ mode: "dev" });
  const requests: string[] = [];
  const problems: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/stream")) requests.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  try {
    const live = livePage(page);
    await page.goto(`${runnel.url}/?close=0`);
    await expect(live.status).toHaveText("Open", { timeout: 60_000 });
    await expect(live.entries.last()).toContainText("time is");
    expect(requests).toHaveLength(1);
    expect(await connections(runnel)()).toBe(1);
    expect(runnel.output().match(/stream opened/g)).toHaveLength(1);
    expect(problems).toEqual([]);
  } finally {
    await page.close();
    await expect.poll(connections(runnel)).toBe(0);
    await runnel.stop();
  }
});
