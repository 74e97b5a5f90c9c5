import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { ask } from "../support/ask.ts";
import { WITHOUT_BUILDS, withCopy } from "../support/copy.ts";
import { HUB } from "../support/hub.ts";
import { openStream, packets } from "../support/open-stream.ts";
import {
  answers,
  connections,
  ending,
  freePort,
  type Mode,
  ROOT,
  spawnLauncher,
  startRunnel,
  withRunnel,
} from "../support/runnel.ts";

/** The number of this level in pino. */
const INFO = 30;

test.describe("the start", () => {
  for (const mode of ["start", "dev", "standalone"] as const satisfies readonly Mode[]) {
    test(`with a malformed variable ends with exit code 1 and one line (${mode})`, async () => {
      const env = { HEARTBEAT_SECONDS: "often" };
      expect(await ending(spawnLauncher({ mode, port: await freePort(), env }))).toEqual({
        code: 1,
        stderr:
          'runnel: HEARTBEAT_SECONDS is "often", but must be a number of seconds from 0.1 to 3600\n',
      });
    });
  }

  test("on a port that is in use ends with one line about it", async () => {
    await withRunnel({}, async ({ port }) => {
      const { code, stderr } = await ending(spawnLauncher({ port }));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^runnel: PORT \d+ is taken on 127\.0\.0\.1: [^\n]+\n$/);
    });
  });

  for (const mode of ["start", "standalone"] as const satisfies readonly Mode[]) {
    test(`with PORT=0 uses any free port (${mode})`, async () => {
      const child = spawnLauncher({ mode, port: 0 });
      let output = "";
      child.stdout?.on("data", (data: Buffer) => {
        output += data.toString();
      });
      const closed = new Promise((resolve) => child.on("close", resolve));
      try {
        await expect.poll(() => output).toMatch(/Local: +http:\/\/\S+:\d+/);
        const port = Number(/Local: +http:\/\/\S+:(\d+)/.exec(output)?.[1]);
        expect(port).not.toBe(3000);
        await expect.poll(() => answers(`http://127.0.0.1:${port}/api/health`)).toBe(true);
      } finally {
        child.kill();
        await closed;
      }
    });
  }

  test("answers a request that comes before the server is ready like any later one", async () => {
    const port = await freePort();
    const child = spawnLauncher({ port, env: { DRAIN_SECONDS: "0" } });
    const closed = new Promise((resolve) => child.on("close", resolve));
    try {
      // The answer depends on the client's own bytes only if they were noted when the request arrived.
      const first = () => ask({ port }, { path: `${HUB}?match=%ff` }).catch(() => undefined);
      let answer = await first();
      while (!answer && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        answer = await first();
      }
      expect(answer?.statusCode).toBe(400);
      answer?.resume();
    } finally {
      child.kill();
      await closed;
    }
  });

  test("works through a link to its folder, as release folders have it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "runnel-"));
    const link = join(folder, "current");
    symlinkSync(join(ROOT, "build/standalone"), link);
    try {
      const runnel = await startRunnel({
        mode: "standalone",
        folder,
        launcher: "current/scripts/launch.mjs",
      });
      expect((await runnel.stop()).code).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("through npm is ended by a SIGTERM during the build, and leaves no server behind", async () => {
    await withCopy(
      ROOT,
      async (folder) => {
        const child = spawnLauncher({ folder, npm: true, port: await freePort() });
        let output = "";
        child.stdout?.on("data", (data: Buffer) => {
          output += data.toString();
        });
        // The output closes when the last process that could write to it is gone.
        const closed = new Promise((resolve) => child.on("close", resolve));
        await expect.poll(() => output).toContain("Creating an optimized production build");
        const from = performance.now();
        child.kill();
        await closed;
        expect(performance.now() - from).toBeLessThan(5_000);
        expect(output).not.toContain("Ready in");
      },
      WITHOUT_BUILDS,
    );
  });

  test("without the launcher still checks the configuration and ends streams cleanly", async () => {
    const next = join(ROOT, "node_modules/next/dist/bin/next");
    const port = String(await freePort());
    const start = (env: Record<string, string>) =>
      spawn(process.execPath, [next, "start", "-H", "127.0.0.1", "-p", port], {
        cwd: ROOT,
        stdio: ["ignore", "ignore", "pipe"],
        env: { PATH: process.env.PATH, NODE_ENV: "production", HISTORY_URL: "memory:", ...env },
      });
    const wrong = await ending(start({ MAX_CONNECTIONS: "many" }));
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^runnel: MAX_CONNECTIONS is "many", but must be [^\n]+\n$/);

    const child = start({});
    const ended = ending(child);
    try {
      await expect.poll(() => answers(`http://127.0.0.1:${port}/api/health`)).toBe(true);
      const stream = await openStream(`http://127.0.0.1:${port}/api/stream`);
      await expect.poll(() => packets(stream.text()).length).toBeGreaterThan(0);
      child.kill();
      await expect.poll(stream.end).toBe("clean");
      expect(stream.text()).toMatch(/\n\nretry:\d+\n\n$/);
    } finally {
      child.kill();
      await ended;
    }
  });
});

test("each connect and each disconnect is one log line, with the fields that an operator needs", async () => {
  await withRunnel({}, async (runnel) => {
    const stream = await openStream(`${runnel.url}/api/stream?secret=hush`);
    await expect.poll(() => packets(stream.text()).length).toBe(2);
    stream.leave();
    await expect.poll(connections(runnel)).toBe(0);
    const lines = runnel
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ level }) => level === INFO);
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
