import { BROWSER_ARGS, likelyChromium } from "../../scripts/chromium.mjs";
import { expect, test } from "../support/client-hub.ts";
import { expectWhole } from "../support/publisher.ts";
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

for (const share of [false, true]) {
  test.describe(share ? "with a connection for all tabs," : "with a connection of its own,", () => {
    test.use({ options: { share } });

    test("a page in the back/forward cache holds no stream, and has missed nothing when it is restored", async ({
      page,
      client,
      way,
      runnel,
      publisher,
    }) => {
      await page.evaluate(() => {
        addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { persisted }));
      });
      await page.goto(`${way.origin}/api/health`);
      await expect.poll(connections(runnel)).toBe(0);
      await publisher.more(20);
      await page.goBack({ waitUntil: "commit" });
      await expect.poll(connections(runnel)).toBe(1);
      expect(await page.evaluate("persisted")).toBe(true);
      await publisher.more(5);
      await expectWhole(client.heard, publisher);
    });
  });
}
