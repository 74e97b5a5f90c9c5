import { expect, test } from "../support/client-hub.ts";
import { openClient } from "../support/client-page.ts";
import { HUB, listen, query } from "../support/hub.ts";
import { expectWhole, startPublisher } from "../support/publisher.ts";
import { rendererOf } from "../support/renderer.ts";
import { connections } from "../support/runnel.ts";

/** As much of hiding as a page can tell: a browser without a window hides no tab. */
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

  test("loses nothing when it is reloaded in the middle of a burst, again and again", async ({
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

test("a page that was rendered with the last update's cursor goes on right behind it", async ({
  page,
  way,
  runnel,
  topic,
}) => {
  const publisher = startPublisher(runnel, { topic });
  // What a server would render: what there is, and where that ends.
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

  test("for long lets go of its connection, and has all of it when it is seen", async ({
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

  test("and seen again at once keeps its connection", async ({ page, client, way, publisher }) => {
    await page.evaluate("hide(true)");
    await page.evaluate("hide(false)");
    await publisher.more(40);
    await expectWhole(client.heard, publisher);
    expect(await client.states()).toEqual(["connecting", "open"]);
    expect(way.requests).toBe(1);
  });
});

test("a page that is frozen has all of it when it goes on", async ({ page, client, publisher }) => {
  const renderer = await rendererOf(page);
  const frozen = { from: 0, to: 0 };
  process.kill(renderer, "SIGSTOP");
  try {
    await publisher.more(5);
    frozen.from = Date.now();
    // For longer than a stream that lives is silent.
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
