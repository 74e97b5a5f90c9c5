import { expect, test } from "@playwright/test";
import { withFolder } from "../support/copy.ts";
import { HUB, listen, numbered, publish, publishAll, query } from "../support/hub.ts";
import { residentMegabytes } from "../support/memory.ts";
import { connections, type RunnelOptions, withRunnel } from "../support/runnel.ts";

const NEWS = query("match", "news");
const after = (id: string) => ({ "Last-Event-ID": id });
const of = (topic: string, data: readonly string[]) => data.map((each) => ({ topic, data: each }));

const on = (folder: string, env: Record<string, string>): RunnelOptions => ({
  env: { HISTORY_URL: `file:${folder}`, ...env },
});

test("a stream resumes after the Last-Event-ID header, or after the query parameter if there is no header", async () => {
  await withRunnel({}, async (runnel) => {
    const [one = "", two = ""] = await publishAll(runnel, of("news", ["1", "2", "3"]));
    const inQuery = `&last_event_id=${encodeURIComponent(two)}`;
    const cases = [
      { at: NEWS, headers: after(one), from: one, data: ["2", "3"] },
      { at: NEWS + inQuery, headers: {}, from: two, data: ["3"] },
      // The header is newer: a browser repeats the page's query unchanged, even if newer events have come.
      { at: NEWS + inQuery, headers: after(one), from: one, data: ["2", "3"] },
      {
        at: `${NEWS}&last_event_id=earliest`,
        headers: {},
        from: "earliest",
        data: ["1", "2", "3"],
      },
      { at: `/stream${NEWS}&last_event_id=earliest`, headers: after(two), from: two, data: ["3"] },
    ];
    for (const { at, headers, from, data } of cases) {
      const listener = await listen(runnel, { at, headers });
      expect(listener.headers["mercure-last-event-id"]).toBe(from);
      await expect.poll(listener.data).toEqual(data);
      listener.leave();
    }
    const unknown = await listen(runnel, { at: NEWS, headers: after("urn:uuid:unheard-of") });
    expect(unknown.headers["mercure-last-event-id"]).toBe("earliest");
    await expect.poll(() => unknown.events.length).toBe(4);
    expect(unknown.events[0]).toMatchObject({ type: "runnel:gap" });
    unknown.leave();
    await expect.poll(connections(runnel)).toBe(0);
  });
});

test("a client that reconnects after trimming is notified of the gap, and a client that only received no events has no gap", async () => {
  await withFolder(async (folder) => {
    const options = on(folder, { HISTORY_MAX_UPDATES: "20", HEARTBEAT_SECONDS: "0.5" });
    let old = "";
    let quiet = "";
    await withRunnel(options, async (runnel) => {
      old = await publish(runnel, { topic: "news", data: "old" });
      const listener = await listen(runnel, { at: query("match", "quiet") });
      await expect.poll(() => listener.lastEventId).toBe(old);
      const ids = await publishAll(runnel, of("news", numbered("n", 60)));
      // A heartbeat moves its position forward, past all trimmed updates.
      await expect.poll(() => listener.lastEventId).toBe(ids.at(-1));
      expect(listener.events).toEqual([]);
      quiet = listener.lastEventId;
      listener.leave();
    });
    await withRunnel(options, async (runnel) => {
      const told = await listen(runnel, { at: NEWS, headers: after(old) });
      await expect.poll(() => told.events.length).toBeGreaterThan(10);
      const [gap, ...kept] = told.events;
      expect(gap).toMatchObject({ type: "runnel:gap", id: expect.stringMatching(/^urn:uuid:/) });
      expect(JSON.parse(gap?.data ?? "")).toEqual({ requested: old, continuesAfter: gap?.id });
      expect(kept.map(({ data }) => data)).toEqual(numbered("n", kept.length, 60 - kept.length));
      const listener = await listen(runnel, { at: query("match", "quiet"), headers: after(quiet) });
      expect(listener.headers["mercure-last-event-id"]).toBe(quiet);
      await publish(runnel, { topic: "quiet", data: "at last" });
      await expect.poll(listener.data).toEqual(["at last"]);
      for (const each of [told, listener]) each.leave();
      await expect.poll(connections(runnel)).toBe(0);
    });
  });
});

test("100,000 missed updates arrive complete and in order while more are published, in bounded memory", async () => {
  test.setTimeout(120_000);
  const missed = 100_000;
  await withFolder(async (folder) => {
    const options = on(folder, { HEARTBEAT_SECONDS: "0.5" });
    let first = "";
    await withRunnel(options, async (runnel) => {
      first = await publish(runnel, { topic: "news", data: "the first" });
      for (let from = 0; from < missed; from += 10_000) {
        await publishAll(runnel, of("news", numbered(`${"x".repeat(200)} `, 10_000, from)));
      }
    });
    // Another process has no update in memory.
    await withRunnel(options, async (runnel) => {
      const warm = await listen(runnel, { at: `${HUB}${query("match", "warm")}` });
      await publishAll(runnel, of("warm", numbered("", 1_000)));
      await expect.poll(() => warm.events.length).toBe(1_000);
      warm.leave();
      const before = residentMegabytes(runnel.pid);
      let peak = before;
      let live = 0;
      const listener = await listen(runnel, { at: NEWS, headers: after(first) });
      const isComplete = () => listener.events.length >= missed + live;
      while (!isComplete() || live < 50) {
        await publish(runnel, { topic: "news", data: `live ${missed + live}` });
        live += 1;
        peak = Math.max(peak, residentMegabytes(runnel.pid));
        await new Promise((resolve) => setTimeout(resolve, live < 50 ? 1 : 20));
      }
      listener.leave();
      expect(listener.events.length).toBe(missed + live);
      const wrong = listener.events.findIndex(({ type, data }, index) => {
        const name = index < missed ? "x".repeat(200) : "live";
        return type !== "message" || data !== `${name} ${index}`;
      });
      expect(wrong).toBe(-1);
      // All of it is 50 MB on the wire, and more in the file, which is mapped into memory.
      expect(peak - before).toBeLessThan(250);
      await expect.poll(connections(runnel)).toBe(0);
    });
  });
});
