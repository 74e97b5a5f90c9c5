import { expect, test } from "@playwright/test";
import { EventSource } from "eventsource";
import { openStream } from "../support/open-stream.ts";
import {
  answers,
  connections,
  freePort,
  health,
  type Mode,
  type Runnel,
  startRunnel,
  withRunnel,
} from "../support/runnel.ts";

const ready = (runnel: Runnel) => async () =>
  (await fetch(`${runnel.url}/api/health?ready`)).status;

test.describe("shutdown", () => {
  for (const mode of ["start", "standalone"] as const satisfies readonly Mode[]) {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      test(`on ${signal} with open streams the server becomes not ready, sends a last retry, ends the streams cleanly and exits within 3 s (${mode})`, async () => {
        await withRunnel({ mode, env: { DRAIN_SECONDS: "1" } }, async (runnel) => {
          const streams = await Promise.all(
            Array.from({ length: 20 }, () => openStream(`${runnel.url}/api/stream`)),
          );
          await expect.poll(connections(runnel)).toBe(20);
          expect(await ready(runnel)()).toBe(200);

          const exit = runnel.stop(signal);
          await expect.poll(ready(runnel), { intervals: [20] }).toBe(503);
          expect((await health(runnel)).status).toBe("draining");
          const late = await openStream(`${runnel.url}/api/stream`);
          expect(late.status).toBe(200);
          await expect.poll(late.end).toBe("clean");
          expect(late.text()).toMatch(/^retry:\d+\n\n$/);

          const { code, ms } = await exit;
          expect(code).toBe(0);
          expect(ms).toBeGreaterThan(1_000);
          expect(ms).toBeLessThan(3_000);
          const last: number[] = [];
          for (const stream of streams) {
            await expect.poll(stream.end).toBe("clean");
            const farewell = /\n\nretry:(\d+)\n\n$/.exec(stream.text());
            expect(farewell).not.toBeNull();
            last.push(Number(farewell?.[1]));
          }
          // The twenty clients do not all reconnect at the same moment.
          expect(Math.max(...last) - Math.min(...last)).toBeGreaterThan(1_000);
        });
      });
    }
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal} ends \`next dev\` with open streams, cleanly and at once`, async () => {
      await withRunnel({ mode: "dev" }, async (runnel) => {
        const stream = await openStream(`${runnel.url}/api/stream`);
        await expect.poll(stream.text).toContain("retry:");
        const { ms } = await runnel.stop(signal);
        expect(ms).toBeLessThan(3_000);
        await expect.poll(stream.end).toBe("clean");
        expect(stream.text()).toMatch(/\n\nretry:\d+\n\n$/);
      });
    });
  }

  for (const mode of ["start", "dev"] as const satisfies readonly Mode[]) {
    test(`a SIGTERM to npm reaches the server that it started, and the streams end cleanly (${mode})`, async () => {
      await withRunnel({ mode, npm: true }, async (runnel) => {
        const stream = await openStream(`${runnel.url}/api/stream`);
        await expect.poll(stream.text).toContain("retry:");
        const from = performance.now();
        await runnel.stop("SIGTERM");
        await expect.poll(stream.end, { intervals: [20] }).toBe("clean");
        await expect.poll(() => answers(runnel.url), { intervals: [20] }).toBe(false);
        expect(performance.now() - from).toBeLessThan(3_000);
      });
    });
  }

  test("a second signal ends the process at once", async () => {
    const runnel = await startRunnel({ env: { DRAIN_SECONDS: "600" } });
    const exit = runnel.stop("SIGTERM");
    await expect.poll(ready(runnel)).toBe(503);
    // This is later than the second Ctrl-C of a terminal that sends it twice.
    await expect
      .poll(async () => {
        try {
          process.kill(runnel.pid, "SIGTERM");
        } catch {}
        return Promise.race([exit, Promise.resolve(undefined)]);
      })
      .toBeDefined();
    expect((await exit).code).toBe(1);
  });

  test("clients of a restarted server reconnect by themselves, spread over time", async () => {
    test.setTimeout(120_000);
    const port = await freePort();
    const clients = 500;
    const opened: number[] = [];
    const sources: EventSource[] = [];
    try {
      await withRunnel({ port }, async (runnel) => {
        for (let index = 0; index < clients; index++) {
          const source = new EventSource(`${runnel.url}/api/stream`);
          source.addEventListener("open", () => opened.push(performance.now()));
          sources.push(source);
        }
        await expect.poll(connections(runnel), { timeout: 30_000 }).toBe(clients);
        opened.length = 0;
      });
      await withRunnel({ port }, async (runnel) => {
        await expect.poll(connections(runnel), { timeout: 30_000 }).toBe(clients);
        const spread = Math.max(...opened) - Math.min(...opened);
        expect(spread).toBeGreaterThan(1_000);
        for (const source of sources) source.close();
        await expect.poll(connections(runnel)).toBe(0);
      });
    } finally {
      for (const source of sources) source.close();
    }
  });
});
