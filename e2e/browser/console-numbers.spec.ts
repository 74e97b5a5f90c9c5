import type { Locator } from "@playwright/test";
import { expectAccessible, LOOKS, look } from "../support/axe.ts";
import { openPanel, showPanel } from "../support/console-panels.ts";
import { listen, numbered, publishAll, query } from "../support/hub.ts";
import { expect, test } from "../support/live-page.ts";
import { connections } from "../support/runnel.ts";

/** Returns the figures of a chart, as the page shows them. */
const figures = (panel: Locator, name: string) =>
  panel.getByRole("region", { name, exact: true }).getByRole("definition");

/** Returns the total since the panel was opened. */
const total = (panel: Locator, name: string) =>
  panel
    .getByRole("region", { name: /^Since / })
    .locator("div")
    .filter({ hasText: name })
    .getByRole("definition");

test("the figures are exactly the numbers of published updates and delivered events", async ({
  page,
  runnel,
}) => {
  const readers = await Promise.all(
    [1, 2, 3].map(() => listen(runnel, { at: query("match", "counted") })),
  );
  const panel = await openPanel(page, runnel, "Numbers");
  await expect(panel.getByRole("status")).toHaveText("Live");
  // The page's own stream counts too.
  await expect(figures(panel, "Connections")).toHaveText("4");
  await expect(total(panel, "updates published")).toHaveText("0");
  await expect(figures(panel, "Log append").first()).toHaveText(/nothing measured/);
  for (let round = 0; round < 5; round += 1) {
    const updates = numbered(`${round}-`, 200).map((data) => ({ topic: "counted", data }));
    await publishAll(runnel, updates);
  }
  await expect(total(panel, "updates published")).toHaveText("1,000");
  await expect(total(panel, "events delivered")).toHaveText("3,000");
  await expect(panel.getByRole("region", { name: "Traffic" })).toContainText(/most [1-9]/);
  await expect(panel.getByRole("region", { name: "Delivery" })).toContainText(/most [\d.]+/);
  readers[0]?.leave();
  await expect(figures(panel, "Connections")).toHaveText("3");
  for (const reader of readers) reader.leave();
});

test("each chart is drawn, and has a text that says what it shows", async ({ page, runnel }) => {
  const reader = await listen(runnel, { at: query("match", "drawn") });
  const panel = await openPanel(page, runnel, "Numbers");
  await expect(figures(panel, "Connections")).toHaveText("2");
  await publishAll(runnel, [{ topic: "drawn", data: "a" }]);
  await expect(total(panel, "events delivered")).toHaveText("1");
  const charts = panel.getByRole("img");
  await expect(charts).toHaveCount(9);
  const label = "Connections in the last five minutes: 2, at most 2";
  await expect(panel.getByRole("img", { name: label, exact: true })).toBeVisible();
  await expect(
    panel.getByRole("img", { name: /^Memory .*: in all [\d.,]+ MB, .*; heap/ }),
  ).toBeVisible();
  for (const chart of await charts.all()) {
    const drawn = () =>
      chart.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
        return pixels.some((value) => value > 0);
      });
    await expect.poll(drawn).toBe(true);
  }
  reader.leave();
});

test("the lines of the charts have the page's colours, and change with them", async ({
  page,
  runnel,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  const panel = await openPanel(page, runnel, "Numbers");
  const canvas = panel.getByRole("img", { name: /^Connections/ }).locator("canvas");
  /** Returns how many pixels have the colour that the page uses for its lines now. */
  const inWater = () =>
    canvas.evaluate((it: HTMLCanvasElement) => {
      const brush = new OffscreenCanvas(1, 1).getContext("2d");
      if (!brush) return 0;
      brush.fillStyle = getComputedStyle(it).getPropertyValue("--water");
      brush.fillRect(0, 0, 1, 1);
      const [r, g, b] = brush.getImageData(0, 0, 1, 1).data;
      const { data } = it.getContext("2d")?.getImageData(0, 0, it.width, it.height) ?? {};
      let found = 0;
      for (let i = 0; data && i < data.length; i += 4)
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b) found += 1;
      return found;
    });
  await expect.poll(inWater).toBeGreaterThan(0);
  const before = await canvas.evaluate((it) => getComputedStyle(it).getPropertyValue("--water"));
  await page.emulateMedia({ colorScheme: "dark" });
  const after = await canvas.evaluate((it) => getComputedStyle(it).getPropertyValue("--water"));
  expect(after).not.toBe(before);
  await expect.poll(inWater).toBeGreaterThan(0);
});

test("the hub measures nothing and holds no stream while the stats are not shown", async ({
  page,
  runnel,
}) => {
  await openPanel(page, runnel, "Numbers");
  await expect.poll(connections(runnel)).toBe(1);
  await showPanel(page, "Tokens");
  await expect.poll(connections(runnel)).toBe(0);
  const panel = await showPanel(page, "Numbers");
  await expect(figures(panel, "Connections")).toHaveText("1");
});

test("the charts' script is loaded when the charts are shown, not with the page", async ({
  page,
  runnel,
}) => {
  const scripts: string[] = [];
  page.on("response", async (response) => {
    if (response.request().resourceType() === "script") scripts.push(await response.text());
  });
  const hasCharts = () => scripts.some((script) => script.includes("u-over"));
  await page.goto(`${runnel.url}/console?stream=`, { waitUntil: "networkidle" });
  expect(hasCharts()).toBe(false);
  await showPanel(page, "Numbers");
  await expect.poll(hasCharts).toBe(true);
});

for (const size of LOOKS) {
  test(`axe finds nothing in the stats, and nothing is wider than the screen (${size.name})`, async ({
    page,
    runnel,
  }) => {
    await look(page, size);
    const panel = await openPanel(page, runnel, "Numbers");
    await expect(figures(panel, "Connections")).toHaveText("1");
    await expectAccessible(page, "numbers");
  });
}
