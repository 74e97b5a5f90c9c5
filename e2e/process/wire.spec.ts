import { connect } from "node:net";
import { expect, test } from "@playwright/test";
import { openStream, packets, retryMs } from "../support/open-stream.ts";
import { connections, type Mode, type Runnel, startRunnel } from "../support/runnel.ts";

// The contract is the same for every server of the project.
const MODES: readonly Mode[] = ["start", "dev", "standalone"];

for (const mode of MODES) {
  test.describe(`the wire, ${mode}`, () => {
    let runnel: Runnel;

    test.beforeAll(async () => {
      test.setTimeout(120_000);
      runnel = await startRunnel({ mode });
      // `next dev` compiles a route at its first request.
      for (const path of ["/api/stream", "/stream"]) {
        await fetch(`${runnel.url}${path}`, { method: "HEAD" });
      }
    });

    test.afterEach(async () => {
      await expect.poll(connections(runnel)).toBe(0);
    });

    test.afterAll(async () => {
      await runnel.stop();
      expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
    });

    for (const path of ["/api/stream", "/stream"]) {
      test(`${path} is a stream with headers against buffering, and its first bytes come at once`, async () => {
        const stream = await openStream(`${runnel.url}${path}`, {
          Accept: "text/event-stream",
          "Accept-Encoding": "gzip, deflate, br, zstd",
        });
        expect(stream.status).toBe(200);
        expect(stream.headers["content-type"]).toBe("text/event-stream");
        expect(stream.headers["cache-control"]).toBe("no-cache, no-transform");
        expect(stream.headers["x-accel-buffering"]).toBe("no");
        expect(stream.headers["access-control-allow-origin"]).toBe("*");
        expect(stream.headers["content-encoding"]).toBeUndefined();
        await expect.poll(stream.text).toMatch(/^:/);
        expect(stream.firstByteMs()).toBeLessThan(300);
        await expect.poll(() => packets(stream.text()).length).toBeGreaterThan(0);
        stream.leave();
      });
    }

    test("a packet comes once a second, in exactly the seed's form", async () => {
      const stream = await openStream(`${runnel.url}/api/stream`);
      await expect.poll(() => packets(stream.text()).length).toBeGreaterThanOrEqual(4);
      stream.leave();
      const opening = /^:\nretry:\d+\n\n/;
      expect(stream.text()).toMatch(opening);
      const got = packets(stream.text());
      const wire = got.map(({ id, data }) => `id:${id}\ndata:${data}\n\n`).join("");
      expect(stream.text().replace(opening, "")).toBe(wire);
      for (const { id, data } of got) expect(data).toBe(`time is ${new Date(id)}`);
      // A tick may be late. It does not delay the ticks after it.
      const seconds = ((got.at(-1)?.id ?? 0) - (got[0]?.id ?? 0)) / 1000;
      expect(Math.abs(seconds - (got.length - 1))).toBeLessThan(0.9);
    });

    test("every client receives the same packets of the one clock", async () => {
      const streams = await Promise.all(
        Array.from({ length: 5 }, () => openStream(`${runnel.url}/api/stream`)),
      );
      for (const stream of streams) {
        await expect.poll(() => packets(stream.text()).length).toBeGreaterThanOrEqual(2);
      }
      for (const stream of streams) stream.leave();
      const first = streams.map((stream) => packets(stream.text())[0]?.id);
      expect(new Set(first).size).toBe(1);
    });

    test("each connection gets its own retry time", async () => {
      const streams = await Promise.all(
        Array.from({ length: 8 }, () => openStream(`${runnel.url}/api/stream`)),
      );
      for (const stream of streams) await expect.poll(() => retryMs(stream.text())).toBeDefined();
      for (const stream of streams) stream.leave();
      const times = streams.map((stream) => retryMs(stream.text()) ?? 0);
      expect(new Set(times).size).toBeGreaterThan(1);
      expect(Math.min(...times)).toBeGreaterThanOrEqual(1_000);
      expect(Math.max(...times)).toBeLessThanOrEqual(3_000);
    });

    test("a client that disconnects is removed from the count within a second", async () => {
      const streams = await Promise.all(
        Array.from({ length: 20 }, () => openStream(`${runnel.url}/api/stream`)),
      );
      await expect.poll(connections(runnel)).toBe(20);
      for (const stream of streams) stream.leave();
      await expect.poll(connections(runnel), { timeout: 1_000, intervals: [50] }).toBe(0);
    });

    test("all streams on one socket are closed when the socket closes", async () => {
      const socket = connect(runnel.port, "127.0.0.1");
      socket.write("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(30));
      await expect.poll(connections(runnel)).toBe(30);
      socket.destroy();
      await expect.poll(connections(runnel), { timeout: 1_000, intervals: [50] }).toBe(0);
    });

    test("HEAD answers with the stream's head and opens no stream", async () => {
      const response = await fetch(`${runnel.url}/api/stream`, { method: "HEAD" });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(await response.text()).toBe("");
      const wrong = await fetch(`${runnel.url}/stream?heartbeat=loud`, { method: "HEAD" });
      expect(wrong.status).toBe(400);
      expect(await connections(runnel)()).toBe(0);
    });

    test("OPTIONS answers a browser's preflight", async () => {
      const response = await fetch(`${runnel.url}/api/stream`, {
        method: "OPTIONS",
        headers: { Origin: "https://example.com", "Access-Control-Request-Method": "GET" },
      });
      expect(response.status).toBe(204);
      expect(response.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST, OPTIONS");
      expect(response.headers.get("access-control-allow-headers")).toContain("Last-Event-ID");
    });

    for (const method of ["PUT", "PATCH", "DELETE"]) {
      test(`${method} is refused with 405, and the answer lists the allowed methods`, async () => {
        const response = await fetch(`${runnel.url}/api/stream`, { method });
        expect(response.status).toBe(405);
        expect(response.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
        expect(await response.json()).toMatchObject({ status: 405, title: "Method not allowed" });
      });
    }

    test("an unknown query parameter is ignored, and a wrong value of a known one is reported", async () => {
      const stream = await openStream(`${runnel.url}/api/stream?colour=blue&heartbeat=comment`);
      expect(stream.status).toBe(200);
      stream.leave();
      const response = await fetch(`${runnel.url}/api/stream?heartbeat=loud`);
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({
        detail: expect.stringContaining("`comment` (the default) or `event`"),
      });
    });

    test("a client of this project gets the heartbeat's interval with the first event", async () => {
      const stream = await openStream(`${runnel.url}/api/stream?heartbeat=event`);
      await expect
        .poll(stream.text)
        .toMatch(/^:\nretry:\d+\n\nevent:runnel:heartbeat\ndata:15\n\n/);
      stream.leave();
    });
  });
}
