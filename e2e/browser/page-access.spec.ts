import { expectAccessible, LOOKS, look, SIZES } from "../support/axe.ts";
import { expect, test } from "../support/live-page.ts";

for (const each of LOOKS) {
  test(`axe finds nothing in any state of the live page, and nothing is wider than the screen (${each.name})`, async ({
    page,
    live,
    runnel,
    scripted,
    scriptedPage,
  }) => {
    const check = (state: string) => expectAccessible(page, state);
    await look(page, each);

    scripted.stall(true);
    await page.goto(scriptedPage);
    await expect(live.status).toHaveText("Connecting");
    await check("connecting");
    scripted.stall(false);
    await page.goto(scriptedPage);
    await expect(live.status).toHaveText("Open");
    await check("open and empty");
    scripted.emit("w".repeat(5_000), { id: "i".repeat(300) });
    scripted.emitAll(Array.from({ length: 600 }, (_, i) => `event ${i}`));
    scripted.emit("{}", { type: "runnel:gap" });
    await expect(live.entries.last()).toContainText("Some events are missing");
    await expect(live.entries).toHaveCount(500);
    await check("full");
    // axe checks each row, and the next states need only a few rows.
    await live.button("Clear").click();
    await live.button("Pause").click();
    scripted.emit("held");
    await expect(live.button("Paused · 1 new")).toBeVisible();
    await check("paused");
    scripted.refuse(100);
    scripted.drop();
    await expect(page.getByText(/^Try \d in/)).toBeVisible();
    await live.button("Resume").click();
    await check("reconnecting");
    await live.button("Close now").click();
    await expect(live.status).toHaveText("Closed");
    await check("closed");

    await page.goto(`${runnel.url}/?url=${"x".repeat(200)}&close=soon`);
    await expect(live.status).toHaveText("Open");
    await check("bad values, counting down");
    await page.goto(`${runnel.url}/nothing`);
    await check("no such page");
    await page.addInitScript("delete globalThis.EventSource");
    await page.goto(runnel.url);
    await expect(live.status).toHaveText("Not supported");
    await check("not supported");
  });
}

const LARGE_TEXT = { ...SIZES, phone: { width: 390, height: 844 }, "small phone": SIZES.phone };

for (const [name, size] of Object.entries(LARGE_TEXT)) {
  test(`text of twice the size still wraps into lines, and no button is cut off (${name})`, async ({
    page,
    live,
    scripted,
    scriptedPage,
  }) => {
    await page.setViewportSize(size);
    await page.goto(scriptedPage);
    await expect(live.status).toHaveText("Open");
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    await page.locator("#msg").scrollIntoViewIfNeeded();
    scripted.emit("without an id, and longer than a line");
    scripted.emit("with an id, and longer than a line", { id: "1759744800000" });
    for (const text of ["Connection open ...", "without an id", "with an id"]) {
      const entry = live.entries.filter({ hasText: text });
      await entry.scrollIntoViewIfNeeded();
      const letters = await entry
        .locator("[data-text]")
        .evaluate(
          (it) => it.clientWidth / (0.6 * Number.parseFloat(getComputedStyle(it).fontSize)),
        );
      expect(letters, text).toBeGreaterThan(8);
    }
    const edge = await page.locator("main").evaluate((main) => {
      const { paddingRight } = getComputedStyle(main);
      return main.getBoundingClientRect().right - Number.parseFloat(paddingRight);
    });
    for (const button of await page.getByRole("button").all()) {
      const { x = 0, width = 0 } = (await button.boundingBox()) ?? {};
      expect(x + width, (await button.textContent()) ?? "").toBeLessThanOrEqual(edge);
    }
    const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(over, "wider than the screen").toBe(0);
  });
}

test("each control is reachable by keyboard, in the order of the page, and keeps the focus", async ({
  page,
  live,
  runnel,
}) => {
  await page.goto(`${runnel.url}/?close=60`);
  await expect(live.status).toHaveText("Open");
  const press = (key: string) => page.keyboard.press(key);

  await press("Tab");
  await expect(page.getByRole("link", { name: "Console" })).toBeFocused();
  await press("Tab");
  await expect(page.getByRole("link", { name: "Examples" })).toBeFocused();
  await press("Tab");
  await expect(live.button("Close now")).toBeFocused();
  await press("Enter");
  await expect(live.status).toHaveText("Closed");
  await expect(live.button("Reopen")).toBeFocused();
  await press("Space");
  await expect(live.status).toHaveText("Open");
  await expect(live.button("Close now")).toBeFocused();

  await press("Tab");
  await expect(live.button("Keep open")).toBeFocused();
  await press("Enter");
  await expect(page.getByText("stays open")).toBeVisible();
  await expect(live.button("Keep open")).toBeFocused();
  await expect(live.button("Keep open")).toBeDisabled();

  await press("Tab");
  await expect(live.button("Pause")).toBeFocused();
  await press("Enter");
  await expect(live.button("Resume")).toBeFocused();
  const held = page.getByRole("button", { name: /^Paused · \d+ new$/ });
  await expect(held).toBeVisible();
  await press("Enter");
  await press("Tab");
  await expect(live.button("Clear")).toBeFocused();
  await expect(live.entries).not.toHaveCount(0);
  await press("Enter");
  await expect(page.getByText("Connection open ...")).toHaveCount(0);

  await press("Tab");
  await expect(live.list).toBeFocused();
  await live.button("Pause").press("Enter");
  await held.press("Enter");
  await expect(held).toHaveCount(0);
  await expect(live.list).toBeFocused();
  const [listening, publishing] = [page.getByLabel(/^Listen/), page.getByLabel(/^A playground/)];
  for (const next of [
    listening.getByRole("button"),
    publishing.getByRole("button"),
    publishing.getByRole("link"),
    page.getByLabel("Another event stream"),
  ]) {
    await press("Tab");
    await expect(next).toBeFocused();
  }
});

test("the command is copied, and if the clipboard is not available the command is selected", async ({
  page,
  context,
  runnel,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${runnel.url}/?close=0`);
  const copy = page.getByLabel(/^Listen/).getByRole("button");
  await copy.click();
  await expect(copy).toHaveText("Copied");
  const command = `curl -N ${runnel.url}/api/stream`;
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(command);
  await expect(copy).toHaveText("Copy");
  await page.evaluate("delete Navigator.prototype.clipboard");
  await copy.click();
  await expect(copy).toHaveText("Selected");
  expect(await page.evaluate("String(getSelection())")).toBe(command);
});

test("the live page has no animation if the reader prefers reduced motion", async ({
  page,
  live,
  scripted,
  scriptedPage,
}) => {
  const moving = () => page.evaluate("document.getAnimations().length");
  await page.goto(scriptedPage);
  await expect(live.status).toHaveText("Open");
  expect(await moving()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  scripted.emit("one more");
  await expect(live.entries.last()).toContainText("one more");
  expect(await moving()).toBe(0);
});

test("automatic changes of the live page are not announced, except the status", async ({
  page,
  live,
  runnel,
}) => {
  await page.goto(`${runnel.url}/?close=0`);
  await expect(live.status).toHaveText("Open");
  const spoken = page
    .locator("main")
    .locator("[aria-live]:not(button *), [role=log], [role=timer]");
  await expect(spoken).toHaveCount(0);
  await expect(live.status).toHaveCount(1);
});
