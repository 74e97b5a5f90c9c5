import { expect, test } from "vitest";
import { createEventStream } from "./event-stream.ts";
import { FakeBrowser, seeded } from "./testing/fake-browser.ts";
import { losses, texts } from "./testing/test-world.ts";

test("a server that ends a stream for good closes it in all tabs with its reason, and each tab asks once more at most", async () => {
  const browser = new FakeBrowser(seeded(7));
  const server: { asked: number; body?: ReadableStreamDefaultController<Uint8Array> } = {
    asked: 0,
  };
  const fetchOnce: typeof fetch = async () => {
    server.asked += 1;
    if (server.asked > 1) return new Response(null, { status: 204 });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        server.body = controller;
        controller.enqueue(new TextEncoder().encode("id:7\ndata:one\n\n"));
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  const open = async () => {
    const { world } = browser.open();
    const frame = (callback: () => void) => void world.after(0, callback);
    const stream = createEventStream({
      url: "/hub",
      types: "all",
      world: { ...world, fetch: fetchOnce, frame },
    });
    stream.subscribe(() => {});
    await browser.advance(1_000);
    return stream;
  };
  const tabs = [await open(), await open(), await open()];
  await expect
    .poll(async () => {
      await browser.advance(100);
      return tabs.map((stream) => stream.getSnapshot().status.state);
    })
    .toEqual(["open", "open", "open"]);
  server.body?.close();
  await expect
    .poll(async () => {
      await browser.advance(1_000);
      return tabs.map((stream) => stream.getSnapshot().status.state);
    })
    .toEqual(["closed", "closed", "closed"]);
  for (const stream of tabs) {
    expect(losses(stream).at(-1)).toBe("the server says that it is over");
    expect(texts(stream).filter((text) => text === "Connection close")).toHaveLength(1);
  }
  await browser.advance(600_000);
  expect(server.asked).toBeLessThanOrEqual(1 + tabs.length);
  expect(browser.leftovers).toBe(0);
});
