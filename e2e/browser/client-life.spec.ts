import { expect, test } from "../support/client-hub.ts";
import { openClient } from "../support/client-page.ts";
import { HUB, listen, query } from "../support/hub.ts";
import { expectWhole, startPublisher } from "../support/publisher.ts";
import { rendererOf } from "../support/renderer.ts";
import { connections } from "../support/runnel.ts";

/** Lets a test hide the page, as far as a page can notice: a headless browser hides no tab. */
function canHide(): void {
  let hidden = false;
  Object.defineProperty(document, "visibilityState", {
    get: () => (hidden ? "hidden" : "visible"),
  });
  Object.assign(globalThis, {
    hide(on: boolean) {
      hidden = on;
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    },
  });
}

test.describe("a page that keeps its cursor", () => {
  test.use({ options: { keeps: true } });

  test("loses nothing when it is reloaded in the middle of a burst, several times", async ({
    page,
    client,
    publisher,
  }) => {
    for (let reload = 0; reload < 3; reload += 1) {
      await publisher.more(10);
      await page.reload();
      await expect.poll(client.states).toEqual(["connecting", "open"]);
    }
    await publisher.more(5);
    await expectWhole(client.heard, publisher);
  });
});

test("a page that was rendered with the last update's cursor resumes right after that update", async ({
  page,
  way,
  runnel,
  topic,
}) => {
  const publisher = startPublisher(runnel, { topic });
  // The values that a server would render: the updates so far, and the cursor of the last one.
  const server = await listen(runnel, { at: query("match", topic) });
  await expect.poll(() => server.events.length).toBeGreaterThan(5);
  const last = server.events.at(-1);
  server.leave();
  await publisher.more(20);
  const url = HUB + query("match", topic);
  const client = await openClient(page, way, { url, lastEventId: last?.id });
  await publisher.more(20);
  await expectWhole(client.heard, publisher, last?.data);
  await page.close();
  await expect.poll(connections(runnel)).toBe(0);
});

test.describe("a page that is hidden", () => {
  test.use({ options: { hiddenAfterMs: 300 } });
  test.beforeEach(({ page }) => page.addInitScript(canHide));

  test("for long closes its connection, and receives everything when it is visible again", async ({
    page,
    client,
    publisher,
    runnel,
  }) => {
    await page.evaluate("hide(true)");
    await expect.poll(client.states).toEqual(["connecting", "open", "paused"]);
    await expect.poll(connections(runnel)).toBe(0);
    await publisher.more(20);
    await page.evaluate("hide(false)");
    await expect.poll(async () => (await client.states()).at(-1)).toBe("open");
    await publisher.more(5);
    await expectWhole(client.heard, publisher);
  });

  test("only for a moment keeps its connection", async ({ page, client, way, publisher }) => {
    await page.evaluate("hide(true)");
    await page.evaluate("hide(false)");
    await publisher.more(40);
    await expectWhole(client.heard, publisher);
    expect(await client.states()).toEqual(["connecting", "open"]);
    expect(way.requests).toBe(1);
  });
});

test("a page that was frozen receives everything when it continues", async ({
  page,
  client,
  publisher,
}) => {
  const renderer = await rendererOf(page);
  const frozen = { from: 0, to: 0 };
  process.kill(renderer, "SIGSTOP");
  try {
    await publisher.more(5);
    frozen.from = Date.now();
    // The page stays frozen for longer than a live stream is ever silent.
    await publisher.more(200);
    frozen.to = Date.now();
  } finally {
    process.kill(renderer, "SIGCONT");
  }
  await publisher.more(5);
  const { entries } = await client.now();
  expect(entries.filter(({ at }) => at > frozen.from && at < frozen.to)).toEqual([]);
  await expectWhole(client.heard, publisher);
});
