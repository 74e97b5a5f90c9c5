import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { bearer, openPanel, playgroundToken } from "../support/console-panels.ts";
import { HUB, listen, query } from "../support/hub.ts";
import { expect, test } from "../support/live-page.ts";
import { freePort, startRunnel } from "../support/runnel.ts";

const BOOK = "https://example.com/books/1";
const LIST = `**${HUB}/subscriptions`;

test("a subscriber appears with its payload as text, and disappears when it disconnects", async ({
  page,
  runnel,
}) => {
  const panel = await openPanel(page, runnel, "Connected");
  await expect(panel.getByRole("status")).toHaveText("Live");
  await expect(panel.getByRole("button", { name: BOOK })).toHaveCount(0);
  const payload = { name: "<img src=x onerror=alert(1)>" };
  const token = await playgroundToken(runnel, { subscribe: [{ match: "*" }], payload });
  const at = query("match", BOOK, "news");
  const ada = await listen(runnel, { at, ...bearer(token) });
  const other = await listen(runnel, { at: query("match", BOOK) });
  await expect(panel.getByRole("button", { name: `${BOOK} 2` })).toBeVisible();
  await expect(panel.getByRole("button", { name: "news 1" })).toBeVisible();
  await expect(panel.getByText('{ "name": "<img src=x onerror=alert(1)>" }')).toHaveCount(2);
  // The streams, and then the subscriptions, of the page itself, of ada and of the other subscriber.
  await expect(panel.getByRole("definition")).toHaveText(["3", "4"]);
  ada.leave();
  await expect(panel.getByRole("button", { name: `${BOOK} 1` })).toBeVisible();
  await expect(panel.getByText("onerror")).toHaveCount(0);
  await expect(panel.getByRole("button", { name: "news" })).toHaveCount(0);
  other.leave();
  await expect(panel.getByRole("button", { name: BOOK })).toHaveCount(0);
  await expect(panel.getByText("this list")).toBeVisible();
});

test("no change is lost between the list of subscriptions and the events that change it", async ({
  page,
  runnel,
}) => {
  const first = await listen(runnel, { at: query("match", "leaves in between") });
  const stays = await listen(runnel, { at: query("match", "stays") });
  let late = stays;
  await page.route(LIST, async (route) => {
    const response = await route.fetch();
    late = await listen(runnel, { at: query("match", "comes in between") });
    first.leave();
    const left = async () => await (await fetch(`${runnel.url}${HUB}/subscriptions`)).text();
    await expect.poll(left).not.toContain("leaves in between");
    await route.fulfill({ response });
  });
  const panel = await openPanel(page, runnel, "Connected");
  await expect(panel.getByRole("button", { name: "comes in between 1" })).toBeVisible();
  await expect(panel.getByRole("button", { name: "stays 1" })).toBeVisible();
  await expect(panel.getByRole("button", { name: "leaves in between" })).toHaveCount(0);
  for (const each of [stays, late]) each.leave();
});

test("the console reports a list that is not available, and requests it again", async ({
  page,
  runnel,
}) => {
  await page.route(LIST, (route) => route.abort());
  const panel = await openPanel(page, runnel, "Connected");
  await expect(panel.getByRole("alert")).toContainText("the hub gave no answer");
  await page.unroute(LIST);
  await expect(panel.getByRole("status")).toHaveText("Live");
});

test("the console requests the list anew if the hub has lost the position of the events", async ({
  page,
}) => {
  const port = await freePort();
  const first = await startRunnel({ port });
  const panel = await openPanel(page, first, "Connected");
  const before = await listen(first, { at: query("match", "before") });
  await expect(panel.getByRole("button", { name: "before 1" })).toBeVisible();
  await first.stop();
  const second = await startRunnel({ port });
  const after = await listen(second, { at: query("match", "after") });
  await expect(panel.getByRole("button", { name: "after 1" })).toBeVisible({ timeout: 30_000 });
  await expect(panel.getByRole("button", { name: "before" })).toHaveCount(0);
  for (const each of [before, after]) each.leave();
  await page.close();
  await second.stop();
});

test("thousands of subscriptions are found, and only a few are elements of the page", async ({
  page,
  runnel,
}) => {
  const topics = Array.from({ length: 99 }, (_, i) => `https://example.com/rooms/${i}`);
  const all = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      listen(runnel, { at: query("match", ...topics, `https://example.com/users/${i}`) }),
    ),
  );
  const panel = await openPanel(page, runnel, "Connected");
  // The page's own subscription counts too.
  await expect(panel.getByRole("definition")).toHaveText(["41", "4,001"]);
  await expect(panel.getByRole("listitem").first()).toBeVisible();
  expect(await panel.getByRole("listitem").count()).toBeLessThan(60);
  const list = panel.getByRole("region", { name: "Who is connected, by topic" });
  await list.evaluate((it) => it.scrollTo(0, it.scrollHeight));
  await expect(panel.getByRole("button", { name: "users/9 1" })).toBeVisible();
  await panel.getByLabel("Filter").fill("ROOMS/42");
  const room = panel.getByRole("button", { name: "https://example.com/rooms/42 40" });
  await expect(room).toHaveAttribute("aria-expanded", "false");
  await expect(panel.getByRole("listitem")).toHaveCount(1);
  await room.press("Enter");
  await expect(room).toHaveAttribute("aria-expanded", "true");
  await expect(panel.getByText(/^[0-9a-f]{8}…$/).first()).toBeVisible();
  await panel.getByLabel("Filter").fill("nowhere");
  await expect(panel.getByText("Nothing here has that")).toBeVisible();
  for (const each of all) each.leave();
});

for (const size of LOOKS) {
  test(`axe finds nothing in the list of subscriptions, and nothing is wider than the screen (${size.name})`, async ({
    page,
    runnel,
  }) => {
    await look(page, size);
    const long = { text: "w".repeat(300), more: { parts: Array.from({ length: 20 }, String) } };
    const token = await playgroundToken(runnel, { subscribe: [{ match: "*" }], payload: long });
    const at = query("match", `https://example.com/${"x".repeat(300)}`);
    const listener = await listen(runnel, { at, ...bearer(token) });
    const panel = await openPanel(page, runnel, "Connected");
    await expect(panel.getByText("wwwwww").first()).toBeVisible();
    await expectAccessible(page, "a list");
    await panel.getByLabel("Filter").fill("nowhere");
    await expect(panel.getByText("Nothing here has that")).toBeVisible();
    await expectAccessible(page, "nothing found");
    listener.leave();
  });
}
