import { expect, test } from "@playwright/test";
import { EventSource } from "eventsource";
import { residentMegabytes } from "../support/memory.ts";
import { openStream, packets, retryMs } from "../support/open-stream.ts";
import { connections, withRunnel } from "../support/runnel.ts";

test.describe("limits", () => {
  test("a stream ends cleanly at its maximum age, and its client reconnects", async () => {
    await withRunnel({ env: { MAX_CONNECTION_SECONDS: "3" } }, async (runnel) => {
      const stream = await openStream(`${runnel.url}/api/stream`);
      const from = performance.now();
      await expect.poll(stream.end, { intervals: [20] }).toBe("clean");
      expect(performance.now() - from).toBeGreaterThan(2_500);
      expect(performance.now() - from).toBeLessThan(3_500);
      expect(stream.text()).toMatch(/\n\nretry:\d+\n\n$/);

      let opened = 0;
      const seconds = new Set<number>();
      const source = new EventSource(`${runnel.url}/api/stream`);
      source.addEventListener("open", () => {
        opened += 1;
      });
      source.addEventListener("message", (event) => {
        seconds.add(Math.round(Number(event.lastEventId) / 1000));
      });
      try {
        await expect.poll(() => opened).toBe(3);
        expect(source.readyState).toBe(EventSource.OPEN);
        expect(seconds.size).toBeGreaterThanOrEqual(4);
      } finally {
        source.close();
      }
      await expect.poll(connections(runnel)).toBe(0);
    });
  });

  test("an EventSource over MAX_CONNECTIONS is asked to retry, and connects when there is room", async () => {
    await withRunnel({ env: { MAX_CONNECTIONS: "2" } }, async (runnel) => {
      const url = `${runnel.url}/api/stream`;
      const [first, second] = await Promise.all([openStream(url), openStream(url)]);
      await expect.poll(connections(runnel)).toBe(2);

      const third = await openStream(url);
      expect(third.status).toBe(200);
      expect(third.headers["content-type"]).toBe("text/event-stream");
      await expect.poll(third.end).toBe("clean");
      expect(third.text()).toMatch(/^retry:\d+\n\n$/);
      const wait = retryMs(third.text()) ?? 0;
      expect(wait).toBeGreaterThanOrEqual(10_000);
      expect(wait).toBeLessThanOrEqual(30_000);

      const other = await fetch(url, { headers: { Accept: "text/html" } });
      expect(other.status).toBe(503);
      const retryAfter = Number(other.headers.get("retry-after"));
      expect(retryAfter).toBeGreaterThanOrEqual(10);
      expect(retryAfter).toBeLessThanOrEqual(30);
      expect(other.headers.get("content-type")).toBe("application/problem+json");
      expect(await other.json()).toMatchObject({ status: 503, title: "Too many streams" });

      let opened = 0;
      const source = new EventSource(url);
      source.addEventListener("open", () => {
        opened += 1;
      });
      try {
        await expect.poll(() => opened).toBe(1);
        first.leave();
        // The refused source counts as opened too. Its second try is accepted, and receives the clock's packets.
        const heard = new Promise((resolve) => source.addEventListener("message", resolve));
        test.setTimeout(90_000);
        await heard;
      } finally {
        source.close();
        second.leave();
      }
      await expect.poll(connections(runnel)).toBe(0);
    });
  });

  test("after HEARTBEAT_SECONDS of silence a stream sends a comment, or an event if the client asked for one", async () => {
    await withRunnel({ env: { HEARTBEAT_SECONDS: "0.4" } }, async (runnel) => {
      const [plain, seen] = await Promise.all([
        openStream(`${runnel.url}/api/stream`),
        openStream(`${runnel.url}/api/stream?heartbeat=event`),
      ]);
      await expect.poll(() => packets(plain.text()).length).toBeGreaterThanOrEqual(3);
      plain.leave();
      seen.leave();
      const between = /id:\d+\ndata:[^\n]*\n\n:\n\n:\n\nid:/;
      expect(plain.text()).toMatch(between);
      expect(plain.text()).not.toContain("event:");
      const beat = "event:runnel:heartbeat\ndata:0\\.4\n\n";
      expect(seen.text()).toMatch(new RegExp(`id:\\d+\ndata:[^\n]*\n\n${beat}${beat}id:`));
    });
  });

  test("clients that are killed in the middle of a packet leave no memory and no error behind", async () => {
    test.setTimeout(120_000);
    await withRunnel({ env: { LOG_LEVEL: "warn" } }, async (runnel) => {
      const abort = async (count: number): Promise<void> => {
        await Promise.all(
          Array.from({ length: count }, async () => {
            const stream = await openStream(`${runnel.url}/api/stream`, {
              "Accept-Encoding": "gzip",
            });
            await expect.poll(stream.text).toContain("retry:");
            stream.leave();
          }),
        );
        await expect.poll(connections(runnel)).toBe(0);
      };
      for (let round = 0; round < 5; round++) await abort(100);
      const warm = residentMegabytes(runnel.pid);
      for (let round = 0; round < 20; round++) await abort(100);
      // A leaked compressor uses 256 KiB a client, here 500 MB. Garbage that is not collected yet may use up to 100 MB.
      expect(residentMegabytes(runnel.pid) - warm).toBeLessThan(200);
    });
  });
});
