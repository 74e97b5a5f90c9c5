import { expect, livePage, test } from "./support/live-page.ts";
import { connections, startRunnel } from "./support/runnel.ts";

const errors = (texts: string[]) => texts.filter((text) => text === "Connection error");

test("one 503 does not kill it: the stream comes back by itself, with one `Connection error` that says what happens next", async ({
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

test("refused from the first, it tells when the next try is", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  scripted.refuse(2);
  await page.goto(scriptedPage);
  await expect(page.getByText(/^Try 1 in 1 s$/)).toBeVisible();
  await expect(live.status).toHaveText("Open");
  expect(await live.texts()).toEqual(["Connection error", "Connection open ..."]);
  await expect(live.entries.first()).toContainText(/next try in [01]\.\d s/);
});

test("a server that is restarted is found again", async ({ page }) => {
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

test("a server that is stopped in its tracks leaves the stream open but dead: it is noticed, and got over", async ({
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

test("closed, it stays closed while the server comes and goes", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  scripted.refuse(1_000);
  await page.goto(scriptedPage);
  await expect(live.status).toHaveText("Reconnecting");
  await live.button("Close now").click();
  await expect(live.status).toHaveText("Closed");
  const { requests } = scripted;
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await live.button("Clear").click();
  await expect(live.entries).toHaveCount(0);
  expect(scripted.requests).toBe(requests);
});

test("leaving the page closes the stream, and Back finds one live page again", async ({
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
