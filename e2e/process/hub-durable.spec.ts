import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { EventSource } from "eventsource";
import { withFolder } from "../support/copy.ts";
import {
  type Listener,
  listen,
  numbered,
  post,
  publish,
  publishAll,
  query,
} from "../support/hub.ts";
import {
  connections,
  ending,
  freePort,
  type RunnelOptions,
  spawnLauncher,
  startRunnel,
  withRunnel,
} from "../support/runnel.ts";

const on = (folder: string, env: Record<string, string> = {}): RunnelOptions => ({
  env: { HISTORY_URL: `file:${folder}`, LOG_LEVEL: "warn", ...env },
});

const inTurns = (data: readonly string[]) => data.map((each) => ({ topic: "turns", data: each }));

test("after a restart every subscriber resumes exactly after its last event", async () => {
  test.setTimeout(90_000);
  const readers = 200;
  await withFolder(async (folder) => {
    const options = { ...on(folder), port: await freePort() };
    const heard: string[] = [];
    let source: EventSource | undefined;
    const before: Listener[] = [];
    await withRunnel(options, async (runnel) => {
      source = new EventSource(`${runnel.url}/stream${query("match", "turns")}`);
      source.addEventListener("message", ({ data }) => heard.push(data));
      for (let reader = 0; reader < readers; reader += 1) {
        before.push(await listen(runnel, { at: query("match", "turns") }));
      }
      await expect.poll(connections(runnel)).toBe(readers + 1);
      await publishAll(runnel, inTurns(numbered("n", 50)));
      // Some clients disconnect in the middle of the replay.
      await expect.poll(() => before.at(-1)?.events.length).toBeGreaterThan(0);
    });
    await withRunnel(options, async (runnel) => {
      await publishAll(runnel, inTurns(numbered("n", 50, 50)));
      const after = await Promise.all(
        before.map(({ lastEventId, end }) => {
          expect(end).toBe("clean");
          const headers = { "Last-Event-ID": lastEventId };
          return listen(runnel, { at: query("match", "turns"), headers });
        }),
      );
      await expect.poll(() => heard.length).toBeGreaterThanOrEqual(50);
      await publishAll(runnel, inTurns(numbered("n", 50, 100)));
      for (const [index, listener] of after.entries()) {
        const whole = () => [...(before[index]?.data() ?? []), ...listener.data()];
        await expect.poll(() => whole().length).toBe(150);
        expect(whole()).toEqual(numbered("n", 150));
        listener.leave();
      }
      await expect.poll(() => heard.length).toBe(150);
      expect(heard).toEqual(numbered("n", 150));
      source?.close();
      await expect.poll(connections(runnel)).toBe(0);
    });
  });
});

test("a second server on the same history names the owner and exits; after the owner is killed, the next server opens the history at once", async () => {
  await withFolder(async (folder) => {
    // A server that waits for the owner would wait at most this long.
    const options = on(folder, { DRAIN_SECONDS: "0" });
    const owner = await startRunnel(options);
    const id = await publish(owner, { topic: "a", data: "of the first" });
    const second = await ending(spawnLauncher({ ...options, port: await freePort() }));
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^runnel: The history in [^\n]+\n$/);
    expect(second.stderr).toContain(`belongs to process ${owner.pid} on `);
    await publish(owner, { topic: "a", data: "undisturbed" });
    await owner.stop("SIGKILL");
    await withRunnel(options, async (runnel) => {
      const headers = { "Last-Event-ID": id };
      const listener = await listen(runnel, { at: query("match", "a"), headers });
      await expect.poll(listener.data).toEqual(["undisturbed"]);
      listener.leave();
    });
  });
});

test("a history that can't be written stops the start with exit code 1 and one line", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const port = await freePort();
    const { code, stderr } = await ending(spawnLauncher({ ...on(join(file, "history")), port }));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^runnel: The history can't be kept in [^\n]+\n$/);
  });
});

test("with a full disk publishes are refused and no stream is cut, until there is space again", async () => {
  test.skip(!existsSync("/proc/self/limits"), "needs Linux: a limit set on a running process");
  await withFolder(async (folder) => {
    await withRunnel(on(folder, { LOG_LEVEL: "error" }), async (runnel) => {
      const limit = (bytes: number | "unlimited") =>
        execFileSync("prlimit", ["--pid", String(runnel.pid), `--fsize=${bytes}:unlimited`]);
      const listener = await listen(runnel, { at: query("match", "disk") });
      const taken = ["first"];
      await publish(runnel, { topic: "disk", data: "first" });
      const size = Math.max(
        ...readdirSync(folder).map((name) => statSync(join(folder, name)).size),
      );
      limit(size);
      let refused: Response | undefined;
      for (let count = 0; refused === undefined && count < 100; count += 1) {
        const data = `${count}:${"x".repeat(200_000)}`;
        const response = await post(runnel, { topic: "disk", data });
        if (response.status === 200) taken.push(data);
        else refused = response;
      }
      expect(refused?.status).toBe(503);
      expect(refused?.headers.get("retry-after")).toBe("1");
      expect(await refused?.json()).toMatchObject({
        type: "urn:runnel:problem:log-unavailable",
        status: 503,
      });
      expect(await connections(runnel)()).toBe(1);
      limit("unlimited");
      await publish(runnel, { topic: "disk", data: "with room" });
      taken.push("with room");
      await expect.poll(() => listener.events.at(-1)?.data).toBe("with room");
      expect(listener.data()).toEqual(taken);
      expect(listener.end).toBe("open");
      const again = await listen(runnel, {
        at: `${query("match", "disk")}&last_event_id=earliest`,
      });
      await expect.poll(() => again.events.length).toBe(taken.length);
      expect(again.data()).toEqual(taken);
      for (const each of [listener, again]) each.leave();
    });
  });
});
