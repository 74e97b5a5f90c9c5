import type { Page } from "@playwright/test";
import type { FaultyServer } from "../fixtures/streams/faulty-server.ts";
import { test as base, expect } from "../fixtures/streams/fixture.ts";
import { HUB, numbered, publish, query } from "../support/hub.ts";
import { ALONE, connections, freePort, type Runnel, withRunnel } from "../support/runnel.ts";

/** Subscribes with a plain EventSource, as a page of any project does, and records its events. */
function listenInPage(url: string): void {
  const told: string[] = [];
  const at: number[] = [];
  const source = new EventSource(url);
  const tell = (what: string) => {
    told.push(what);
    at.push(performance.now());
  };
  source.onopen = () => tell("open");
  source.onmessage = ({ data }) => tell(data);
  source.onerror = () => tell(source.readyState === EventSource.CLOSED ? "dead" : "lost");
  Object.assign(globalThis, { told, at });
}

const toldTo = (page: Page) => () => page.evaluate<string[]>("told");

interface Fixtures {
  through: "straight" | "proxied";
  /** The server that makes the faults: the scripted server itself, or a proxy in front of it. */
  faulty: FaultyServer;
  told: () => Promise<string[]>;
}

const test = base.extend<Fixtures>({
  through: ["straight", { option: true }],
  faulty: async ({ page, through, stream, streamProxy }, use) => {
    const faulty = through === "straight" ? stream : await streamProxy(stream.origin);
    await use(faulty);
    await page.close();
    await expect.poll(() => [faulty.connections, stream.connections]).toEqual([0, 0]);
  },
  told: async ({ page, faulty }, use) => {
    await page.evaluate(listenInPage, `${faulty.origin}/stream`);
    await use(toldTo(page));
  },
});

/** Waits for an answer. All that was sent before has then arrived, or is buffered. */
async function roundTrip(page: Page, { origin }: FaultyServer): Promise<void> {
  const status = await page.evaluate((url) => fetch(url).then(({ status }) => status), origin);
  expect(status).toBe(404);
}

for (const through of ["straight", "proxied"] as const) {
  test.describe(`a stream, ${through},`, () => {
    test.use({ through });

    test("delivers separate events separately", async ({ stream, told }) => {
      await expect.poll(told).toEqual(["open"]);
      stream.emit("one");
      await expect.poll(told).toEqual(["open", "one"]);
      stream.comment("seen by nobody");
      stream.emitAll(["two", "three\nlines\nlong"]);
      await expect.poll(told).toEqual(["open", "one", "two", "three\nlines\nlong"]);
    });

    test("stalls before its head and in the middle, and continues", async ({
      page,
      stream,
      faulty,
    }) => {
      faulty.stall();
      await page.evaluate(listenInPage, `${faulty.origin}/stream`);
      const told = toldTo(page);
      await expect.poll(() => faulty.requests).toBe(1);
      expect(faulty.connections).toBe(0);
      faulty.stall(false);
      await expect.poll(told).toEqual(["open"]);
      faulty.stall();
      stream.emit("late");
      await roundTrip(page, faulty);
      expect(await told()).toEqual(["open"]);
      expect(faulty.connections).toBe(1);
      faulty.stall(false);
      await expect.poll(told).toEqual(["open", "late"]);
    });

    test("is dropped in the middle of an event, and the browser reconnects with the last id", async ({
      stream,
      faulty,
      told,
    }) => {
      await expect.poll(told).toEqual(["open"]);
      stream.emit("whole", { id: "7", retry: 10 });
      await expect.poll(told).toEqual(["open", "whole"]);
      faulty.drop(8);
      stream.emit("in halves", { id: "8" });
      await expect.poll(told).toEqual(["open", "whole", "lost", "open"]);
      expect(faulty.requests).toBe(2);
      expect(faulty.lastEventId).toBe("7");
    });

    test("ends cleanly, and the browser reconnects", async ({ stream, faulty, told }) => {
      await expect.poll(told).toEqual(["open"]);
      stream.emit("last");
      await expect.poll(told).toEqual(["open", "last"]);
      faulty.end();
      await expect.poll(told).toEqual(["open", "last", "lost", "open"]);
      expect(faulty.lastEventId).toBeUndefined();
    });

    test("is refused a given number of times: a 503 closes a plain EventSource for good", async ({
      page,
      faulty,
      told,
    }) => {
      await expect.poll(told).toEqual(["open"]);
      faulty.refuse(1);
      faulty.refuse(2, 401);
      faulty.drop();
      await expect.poll(told).toEqual(["open", "lost", "dead"]);
      expect(faulty.requests).toBe(2);
      const headers = { Accept: "text/event-stream" };
      for (const status of [401, 401, 200]) {
        const leaving = new AbortController();
        const { signal } = leaving;
        const response = await fetch(`${faulty.origin}/stream`, { headers, signal });
        expect(response.status).toBe(status);
        leaving.abort();
      }
      await roundTrip(page, faulty);
      expect(faulty.requests).toBe(5);
      expect(await told()).toEqual(["open", "lost", "dead"]);
    });

    test("is buffered: open, and silent until the buffer is released", async ({
      page,
      stream,
      faulty,
      told,
    }) => {
      await expect.poll(told).toEqual(["open"]);
      faulty.buffer(true);
      stream.emitAll(["one", "two"]);
      await roundTrip(page, faulty);
      expect(await told()).toEqual(["open"]);
      faulty.buffer(false);
      await expect.poll(told).toEqual(["open", "one", "two"]);
      faulty.buffer(1_000);
      stream.emit("three");
      await roundTrip(page, faulty);
      expect(await told()).toHaveLength(3);
      const long = "4".repeat(1_000);
      stream.emit(long);
      await expect.poll(told).toEqual(["open", "one", "two", "three", long]);
    });

    test("is buffered with its head: no answer until the buffer is released", async ({
      page,
      stream,
      faulty,
    }) => {
      faulty.buffer(true, { head: true });
      await page.evaluate(listenInPage, `${faulty.origin}/stream`);
      const told = toldTo(page);
      await expect.poll(() => stream.connections).toBe(1);
      stream.emit("one");
      await roundTrip(page, faulty);
      expect(await told()).toEqual([]);
      faulty.buffer(false);
      await expect.poll(told).toEqual(["open", "one"]);
    });

    test("is slow: a given number of bytes a second", async ({ page, stream, faulty, told }) => {
      await expect.poll(told).toEqual(["open"]);
      faulty.slow(10_000);
      const data = numbered("x".repeat(100), 40);
      stream.emitAll(data);
      await expect.poll(told).toEqual(["open", ...data]);
      const at = await page.evaluate<number[]>("at");
      expect((at.at(-1) ?? 0) - (at[1] ?? 0)).toBeGreaterThan(300);
      faulty.slow(Number.POSITIVE_INFINITY);
    });

    test("reports each request", async ({ page, faulty, told }) => {
      await expect.poll(told).toEqual(["open"]);
      await page.evaluate(listenInPage, `${faulty.origin}/stream?topic=a`);
      await expect.poll(() => faulty.connections).toBe(2);
      const [, second] = faulty.seen;
      expect(second?.url).toBe("/stream?topic=a");
      expect(second?.headers.accept).toBe("text/event-stream");
    });
  });
}

test("a server that can't be reached is answered with 502; a server that dies takes its streams with it", async ({
  page,
  stream,
  streamProxy,
}) => {
  const nobody = await streamProxy(`http://127.0.0.1:${await freePort()}`);
  const response = await fetch(nobody.origin, { headers: { Accept: "text/event-stream" } });
  expect(response.status).toBe(502);
  expect((await fetch(nobody.origin)).status).toBe(502);
  const proxy = await streamProxy(stream.origin);
  await page.evaluate(listenInPage, `${proxy.origin}/stream`);
  await expect.poll(toldTo(page)).toEqual(["open"]);
  stream.refuse(1);
  stream.drop();
  await expect.poll(toldTo(page)).toEqual(["open", "lost", "dead"]);
});

test("a stream is complete after faults that begin and end before the server has answered", async ({
  page,
  stream,
  streamProxy,
}) => {
  const proxy = await streamProxy(stream.origin);
  stream.stall();
  await page.evaluate(listenInPage, `${proxy.origin}/stream`);
  await expect.poll(() => stream.requests).toBe(1);
  proxy.buffer(true);
  proxy.slow(100);
  proxy.slow(Number.POSITIVE_INFINITY);
  proxy.buffer(false);
  stream.stall(false);
  await expect.poll(toldTo(page)).toEqual(["open"]);
  stream.stall();
  proxy.drop();
  await expect.poll(() => stream.requests).toBe(2);
  proxy.end();
  stream.stall(false);
  await expect.poll(toldTo(page)).toEqual(["open", "lost", "lost", "open"]);
});

/** Returns how many streams have a reader that is too slow now. */
async function lagging(runnel: Runnel): Promise<number> {
  const text = await (await fetch(`${runnel.url}/api/metrics`, { headers: ALONE })).text();
  return Number(/^runnel_lagging (\d+)$/m.exec(text)?.[1]);
}

test("the server notices a slow reader: its stream lags, and delivers everything when the reader speeds up", async ({
  page,
  streamProxy,
}) => {
  await withRunnel({}, async (runnel) => {
    const proxy = await streamProxy(runnel.url);
    const headers = { "Content-Type": "text/html" };
    proxy.serve("/plain.html", { body: "<!doctype html><title>Plain</title>", headers });
    await page.goto(`${proxy.origin}/plain.html`);
    await page.evaluate(listenInPage, HUB + query("match", "flood"));
    await expect.poll(toldTo(page)).toEqual(["open"]);
    proxy.readSlowly(1_000);
    const sent: string[] = [];
    for (let index = 0; (await lagging(runnel)) === 0; index += 1) {
      expect(index).toBeLessThan(100);
      const data = `${index}:${"x".repeat(500_000)}`;
      await publish(runnel, { topic: "flood", data });
      sent.push(data.slice(0, 8));
    }
    proxy.readSlowly(Number.POSITIVE_INFINITY);
    const heads = () => page.evaluate<string[]>("told.map((data) => data.slice(0, 8))");
    await expect.poll(heads).toEqual(["open", ...sent]);
    await page.close();
    await expect.poll(connections(runnel)).toBe(0);
  });
});
