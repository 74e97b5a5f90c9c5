import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { expect, test } from "@playwright/test";
import { EventSource } from "eventsource";
import { openStream, packets, retryMs } from "./support/open-stream.ts";
import {
  answers,
  connections,
  freePort,
  health,
  type Mode,
  type Runnel,
  type RunnelOptions,
  spawnLauncher,
  startRunnel,
} from "./support/runnel.ts";

/** Runs the test against a server of its own, which is stopped and whose output is clean whatever happens. */
async function withRunnel(
  options: RunnelOptions,
  use: (runnel: Runnel) => Promise<void>,
): Promise<void> {
  const runnel = await startRunnel(options);
  try {
    await use(runnel);
  } finally {
    await runnel.stop();
  }
  expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
}

const ready = (runnel: Runnel) => async () =>
  (await fetch(`${runnel.url}/api/health?ready`)).status;

test.describe("going down", () => {
  for (const mode of ["start", "standalone"] as const satisfies readonly Mode[]) {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      test(`${signal} with streams open: not ready, a last retry, a clean end, gone in 3 s (${mode})`, async () => {
        await withRunnel({ mode }, async (runnel) => {
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
          // Twenty clients do not come back in the same moment.
          expect(Math.max(...last) - Math.min(...last)).toBeGreaterThan(1_000);
        });
      });
    }
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal} ends \`next dev\` with streams open, cleanly and at once`, async () => {
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
    test(`a SIGTERM to npm reaches the server behind it, and its streams end cleanly (${mode})`, async () => {
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
    // Later than a terminal's doubled Ctrl-C.
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

  test("clients of a server that restarts come back by themselves, spread out", async () => {
    test.setTimeout(120_000);
    const port = await freePort();
    const clients = 200;
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

test.describe("limits", () => {
  test("a stream ends itself cleanly at its maximum age, and its client comes back", async () => {
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

  test("over MAX_CONNECTIONS an EventSource is told to come back, and does when there is room", async () => {
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
        // The refused source counts as opened too; the second time it is let in, and hears the clock.
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

  test("silence of HEARTBEAT_SECONDS brings a comment, or an event to who asked for one", async () => {
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

  test("clients that are killed mid-packet leave no memory and no error behind", async () => {
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
      // A leaked compressor takes 256 KiB a client, 500 MB here; garbage not yet collected, up to 100 MB.
      expect(residentMegabytes(runnel.pid) - warm).toBeLessThan(200);
    });
  });
});

/** The process's memory, from the kernel. */
function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

test.describe("starting", () => {
  for (const mode of ["start", "dev", "standalone"] as const satisfies readonly Mode[]) {
    test(`a malformed variable stops the start with exit code 1 and one line (${mode})`, async () => {
      const child = spawnLauncher({
        mode,
        port: await freePort(),
        env: { HEARTBEAT_SECONDS: "often" },
      });
      let stderr = "";
      child.stderr?.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(code).toBe(1);
      expect(stderr).toBe(
        'runnel: HEARTBEAT_SECONDS is "often", but must be a number of seconds from 0.1 to 3600\n',
      );
    });
  }

  test("a port that is taken is told in one line", async () => {
    await withRunnel({}, async ({ port }) => {
      const child = spawnLauncher({ port });
      let stderr = "";
      child.stderr?.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
      expect(stderr).toMatch(/^runnel: PORT \d+ is taken on 127\.0\.0\.1: [^\n]+\n$/);
    });
  });
});

test("connect and disconnect are one log line each, with what an operator asks for", async () => {
  await withRunnel({}, async (runnel) => {
    const stream = await openStream(`${runnel.url}/api/stream?secret=hush`);
    await expect.poll(() => packets(stream.text()).length).toBe(2);
    stream.leave();
    await expect.poll(connections(runnel)).toBe(0);
    const lines = runnel
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line): Record<string, unknown> => JSON.parse(line));
    expect(lines).toHaveLength(2);
    const [opened, closed] = lines;
    expect(opened).toMatchObject({ msg: "stream opened", connection: expect.any(String) });
    expect(closed).toMatchObject({
      msg: "stream closed",
      connection: opened?.connection,
      events: 2,
      reason: "client left",
    });
    expect(closed?.seconds).toBeGreaterThan(1);
    expect(runnel.output()).not.toContain("hush");
  });
});

test("a client that never reads delays nobody", async () => {
  await withRunnel({}, async (runnel) => {
    const socket = connect(runnel.port, "127.0.0.1");
    socket.write("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.pause();
    await expect.poll(connections(runnel)).toBe(1);
    const stream = await openStream(`${runnel.url}/api/stream`);
    await expect.poll(() => packets(stream.text()).length).toBe(3);
    stream.leave();
    socket.destroy();
    await expect.poll(connections(runnel)).toBe(0);
  });
});
