import { expect, test } from "@playwright/test";
import { withFolder } from "../support/copy.ts";
import { HUB, listen, post, publish, publishAll, query, short } from "../support/hub.ts";
import { type Runnel, type RunnelOptions, startRunnel, withRunnel } from "../support/runnel.ts";

/** Returns the options of a server on the history in the folder. It logs only errors. */
const on = (folder: string): RunnelOptions => ({
  env: { HISTORY_URL: `file:${folder}`, LOG_LEVEL: "warn" },
});

/** Returns data that shows whether a part of it is missing or comes from another update. */
const dataOf = (name: string, size: number) => `${name}:${"0123456789".repeat(size)}:${name}`;

/** The kill may cut the answer after its status. For fetch that answer is complete, so it counts as an acknowledgement too. */
const isWhole = (id: string) => /^urn:uuid:[0-9a-f-]{36}$/.test(id);

/** Publishes one update after the other until the server is gone. Adds each acknowledged update to the map, with its id. */
async function publishUntilGone(runnel: Runnel, name: string, acknowledged: Map<string, string>) {
  for (let count = 0; ; count += 1) {
    const data = dataOf(`${name}.${count}`, (count * 97) % 500);
    try {
      const response = await post(runnel, { topic: "load", data });
      const id = await response.text();
      if (response.status !== 200) throw new Error(id);
      acknowledged.set(data, id);
    } catch {
      return;
    }
  }
}

/** Publishes batches until the server is gone, in the same way. */
async function publishBatchesUntilGone(
  runnel: Runnel,
  name: string,
  acknowledged: Map<string, string>,
) {
  for (let count = 0; ; count += 1) {
    const data = [0, 1, 2, 3, 4].map((index) => dataOf(`${name}.${count * 5 + index}`, 20));
    try {
      const ids = await publishAll(
        runnel,
        data.map((each) => ({ topic: "load", data: each })),
      );
      for (const [index, each] of data.entries()) acknowledged.set(each, ids[index] ?? "");
    } catch {
      return;
    }
  }
}

test("each update that was acknowledged before a SIGKILL is in the history after it: once, complete and in order", async () => {
  test.setTimeout(120_000);
  await withFolder(async (folder) => {
    const acknowledged = new Map<string, string>();
    let first = "earliest";
    for (let round = 0; round < 5; round += 1) {
      const runnel = await startRunnel(on(folder));
      if (round === 0) first = await publish(runnel, { topic: "load", data: "the first" });
      const publishers = ["a", "b", "c"].map((name) =>
        publishUntilGone(runnel, `${round}${name}`, acknowledged),
      );
      publishers.push(publishBatchesUntilGone(runnel, `${round}d`, acknowledged));
      const before = acknowledged.size;
      const enough = 20 + Math.random() * 200;
      await expect
        .poll(() => acknowledged.size - before, { intervals: [1] })
        .toBeGreaterThan(enough);
      await runnel.stop("SIGKILL");
      await Promise.all(publishers);
    }
    await withRunnel(on(folder), async (runnel) => {
      const at = `${query("match", "load")}&last_event_id=${encodeURIComponent(first)}`;
      const listener = await listen(runnel, { at });
      const last = await publish(runnel, { topic: "load", data: "the last" });
      await expect.poll(() => listener.events.at(-1)?.id).toBe(last);
      listener.leave();
      const events = listener.events.slice(0, -1);
      expect(listener.headers["mercure-last-event-id"]).toBe(first);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      const idOf = new Map(events.map(({ id, data }) => [data, id]));
      const lost = [...acknowledged].filter(
        ([data, id]) => !idOf.has(data) || (isWhole(id) && idOf.get(data) !== id),
      );
      expect(lost.map(([data, id]) => [short(data), id])).toEqual([]);
      const counts = new Map<string, number>();
      for (const { type, data } of events) {
        expect(type).toBe("message");
        const [, name = "", publisher = "", count] =
          /^(([^.]+)\.(\d+)):(?:0123456789)*:\1$/.exec(data) ?? [];
        expect(name, `torn: ${data.slice(0, 100)}`).not.toBe("");
        // No update is there twice, and none overtakes another one of the same publisher.
        expect(Number(count)).toBe((counts.get(publisher) ?? -1) + 1);
        counts.set(publisher, Number(count));
      }
      // A batch is there as a whole, or not at all.
      for (const [publisher, count] of counts) {
        if (publisher.endsWith("d")) expect(count % 5, publisher).toBe(4);
      }
    });
  });
});

test("a repeated Idempotency-Key after a SIGKILL gets the first answer, and appends nothing", async () => {
  await withFolder(async (folder) => {
    const headers = { "Idempotency-Key": "order-1" };
    const fields = { topic: "orders", data: "one" };
    const before = await startRunnel(on(folder));
    const first = await (await post(before, fields, { headers })).text();
    await before.stop("SIGKILL");
    await withRunnel(on(folder), async (runnel) => {
      const again = await post(runnel, fields, { headers });
      expect(again.status).toBe(200);
      expect(await again.text()).toBe(first);
      const other = await post(runnel, { ...fields, data: "two" }, { headers });
      expect(other.status).toBe(422);
      await publish(runnel, { topic: "orders", data: "three" });
      const listener = await listen(runnel, { at: "?match=orders&last_event_id=earliest" });
      await expect.poll(listener.data).toEqual(["one", "three"]);
      listener.leave();
    });
  });
});

test("subscriptions that were active when a server was killed are ended at its next start", async () => {
  await withFolder(async (folder) => {
    const topic = `${HUB}/subscriptions/*`;
    const at = `${query("match_urlpattern", topic)}&last_event_id=earliest`;
    const before = await startRunnel(on(folder));
    const left = await listen(before, { at: query("match", "a", "b") });
    const watch = await listen(before, { at });
    const states = (data: readonly string[]) =>
      data
        .map((text): { match: string; active: boolean } => JSON.parse(text))
        .filter(({ match }) => match === "a" || match === "b")
        .map(({ match, active }) => `${match} ${active}`);
    await expect.poll(() => states(watch.data())).toEqual(["a true", "b true"]);
    await before.stop("SIGKILL");
    left.leave();
    await withRunnel(on(folder), async (runnel) => {
      const listener = await listen(runnel, { at });
      await expect
        .poll(() => states(listener.data()))
        .toEqual(["a true", "b true", "a false", "b false"]);
      const active = await (await fetch(`${runnel.url}${HUB}/subscriptions/exact/a`)).json();
      expect(active.subscriptions).toEqual([]);
      listener.leave();
    });
  });
});
