import { BROWSER_ARGS, likelyChromium } from "../../scripts/chromium.mjs";
import { expect, test } from "../support/live-page.ts";
import { connections } from "../support/runnel.ts";

const executablePath = likelyChromium();

// Playwright turns the back/forward cache off. In people's browsers it is on.
test.use({
  launchOptions: {
    ...(executablePath ? { executablePath } : {}),
    args: BROWSER_ARGS,
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  },
});

test("the live page in the back/forward cache holds no stream, and is live again with its list when it is restored", async ({
  page,
  live,
  runnel,
}) => {
  await page.addInitScript(() => {
    addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { persisted }));
  });
  await page.goto(`${runnel.url}/?close=0`);
  await expect(live.entries).toHaveCount(2);
  await page.goto(`${runnel.url}/nothing`);
  await expect.poll(connections(runnel)).toBe(0);
  await page.goBack({ waitUntil: "commit" });
  await expect(live.status).toHaveText("Open");
  await expect.poll(connections(runnel)).toBe(1);
  expect(await page.evaluate("persisted")).toBe(true);
  expect((await live.texts()).slice(0, 3)).toEqual([
    "Connection open ...",
    expect.stringContaining("time is"),
    "Connection open ...",
  ]);
});
