import { expect, livePage, test } from "../support/live-page.ts";
import { connections, startRunnel } from "../support/runnel.ts";

const errors = (texts: string[]) => texts.filter((text) => text === "Connection error");

test("the stream reconnects by itself after one 503, with one `Connection error` that says what happens next", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  await page.goto(scriptedPage);
  await expect(live.status).toHaveText("Open");
  scripted.refuse(1);
  scripted.drop();
  await expect(live.status).toHaveText("Reconnecting");
  await expect(live.status).toHaveText("Open");
  scripted.emit("back");
  await expect(live.entries.last()).toContainText("back");
  expect(await live.texts()).toEqual([
    "Connection open ...",
    "Connection error",
    "Connection open ...",
    "back",
  ]);
  await expect(live.entries.nth(1)).toContainText("tries again by itself");
  expect(scripted.requests).toBe(3);
});

test("a page that is refused from the first says when it tries next", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  // The third delay is two seconds at least, so that the test can see it even if it looks rarely.
  scripted.refuse(3);
  await page.goto(scriptedPage);
  await expect(page.getByText(/^Try [1-3] in [1-4] s$/)).toBeVisible();
  await expect(live.status).toHaveText("Open");
  expect(await live.texts()).toEqual(["Connection error", "Connection open ..."]);
  await expect(live.entries.first()).toContainText(/next try in [01]\.\d s/);
});

test("the page distinguishes a try of its own from a reconnect of the browser", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  await page.goto(scriptedPage);
  await expect(live.status).toHaveText("Open");
  scripted.stall(true);
  scripted.drop();
  await expect(page.getByText("Try 1: the browser reconnects", { exact: true })).toBeVisible();
  // The browser's own try is stalled by now, so the refusal applies to the reloaded page.
  await expect.poll(() => scripted.requests).toBe(2);
  scripted.refuse(1);
  await page.reload();
  await expect(page.getByText("Try 1: under way", { exact: true })).toBeVisible();
});

test("the page reconnects to a restarted server", async ({ page }) => {
  const first = await startRunnel();
  const live = livePage(page);
  await page.goto(`${first.url}/?close=0`);
  await expect(live.status).toHaveText("Open");
  await first.stop();
  await expect(live.status).toHaveText("Reconnecting");
  const second = await startRunnel({ port: first.port });
  try {
    await expect(live.status).toHaveText("Open", { timeout: 30_000 });
    await expect(live.entries.last()).toContainText("time is");
    expect(errors(await live.texts())).toHaveLength(1);
    await expect.poll(connections(second)).toBe(1);
  } finally {
    await page.close();
    await second.stop();
  }
});

test("a paused server leaves the stream open but dead: the page detects it, and reconnects", async ({
  page,
}) => {
  const runnel = await startRunnel({ env: { HEARTBEAT_SECONDS: "0.4" } });
  const live = livePage(page);
  try {
    await page.goto(`${runnel.url}/?close=0`);
    await expect(live.status).toHaveText("Open");
    await expect(live.entries.last()).toContainText("time is");
    process.kill(runnel.pid, "SIGSTOP");
    await expect(live.status).toHaveText("Reconnecting", { timeout: 5_000 });
    await expect(live.entries.last()).toContainText("nothing came for 1.0 s");
    process.kill(runnel.pid, "SIGCONT");
    await expect(live.status).toHaveText("Open");
    await expect.poll(connections(runnel)).toBe(1);
    expect(errors(await live.texts())).toHaveLength(1);
  } finally {
    process.kill(runnel.pid, "SIGCONT");
    await page.close();
    await runnel.stop();
  }
});

test("a closed page stays closed while the server stops and restarts, whatever the time", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  await page.clock.install();
  scripted.refuse(1_000);
  await page.goto(scriptedPage);
  await expect(live.status).toHaveText("Reconnecting");
  await live.button("Close now").click();
  await expect(live.status).toHaveText("Closed");
  const { requests } = scripted;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  // This is longer than any delay. Every request that was due has been sent before a later request is answered.
  await page.clock.fastForward("10:00");
  await page.evaluate((url) => fetch(url).then(({ status }) => status), `${scripted.url}?last`);
  expect(scripted.requests).toBe(requests + 1);
  await expect(live.status).toHaveText("Closed");
  expect((await live.texts()).at(-1)).toBe("Connection close");
});

test("the auto-close also happens while the page waits for the next try, and ends the wait", async ({
  page,
  live,
  runnel,
  scripted,
}) => {
  await page.clock.install();
  scripted.refuse(1_000);
  await page.goto(`${runnel.url}/?close=60&url=${encodeURIComponent(scripted.url)}`);
  await expect(live.status).toHaveText("Reconnecting");
  await expect(page.getByText(/closes in \d+ seconds/)).toBeAttached();
  await page.clock.fastForward("01:00");
  await expect(live.status).toHaveText("Closed");
  expect(await live.texts()).toEqual(["Connection error", "Connection close"]);
  await expect(page.getByText(/^Try \d/)).toHaveCount(0);
  const { requests } = scripted;
  await page.clock.fastForward("10:00");
  await page.evaluate((url) => fetch(url).then(({ status }) => status), `${scripted.url}?last`);
  expect(scripted.requests).toBe(requests + 1);
});

test("a hidden tab's list still grows although no frame is drawn, and a delay ends when the tab is visible again", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  // Lets a test hide the page, as far as a page can notice: a headless browser hides no tab.
  await page.addInitScript(() => {
    let hidden = false;
    const draw = requestAnimationFrame;
    Object.defineProperty(document, "visibilityState", {
      get: () => (hidden ? "hidden" : "visible"),
    });
    Object.assign(globalThis, {
      requestAnimationFrame: (callback: FrameRequestCallback) => (hidden ? 0 : draw(callback)),
      hide(on: boolean) {
        hidden = on;
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      },
    });
  });
  await page.goto(scriptedPage);
  await expect(live.status).toHaveText("Open");
  await page.evaluate("hide(true)");
  scripted.emit("unseen");
  await expect(live.entries.last()).toContainText("unseen");
  await expect(live.figure("events")).toHaveText("1");
  expect(scripted.connections).toBe(1);

  scripted.refuse(5);
  scripted.drop();
  // The page's text says that more than two seconds are left.
  await expect(page.getByText(/^Try \d in [3-9] s$/)).toBeVisible();
  const { requests } = scripted;
  await page.evaluate("hide(false)");
  await expect.poll(() => scripted.requests, { timeout: 2_000 }).toBe(requests + 1);
});

test("leaving the page closes the stream, and Back leads to one live page again", async ({
  page,
  live,
  runnel,
}) => {
  await page.goto(`${runnel.url}/?close=0`);
  await expect.poll(connections(runnel)).toBe(1);
  await page.goto(`${runnel.url}/nothing`);
  await expect.poll(connections(runnel)).toBe(0);
  await page.goBack();
  await expect(live.status).toHaveText("Open");
  await expect(live.entries.last()).toContainText("time is");
  expect(await connections(runnel)()).toBe(1);
});
