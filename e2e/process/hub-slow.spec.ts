import { expect, test } from "@playwright/test";
import { type Listener, listen, publish, publishAll, query, short } from "../support/hub.ts";
import { residentMegabytes } from "../support/memory.ts";
import { ALONE, connections, type Runnel, withRunnel } from "../support/runnel.ts";

const CLIENTS = 1_000;
/** The number of paused clients that are sent more than the kernel buffers for them, which is about 4 MB. */
const FLOODED = 50;

/** Opens many streams, a few at a time. Throws if the machine allows too few open files. */
async function openMany(
  runnel: Runnel,
  how: { count: number; at: string; paused: boolean },
): Promise<Listener[]> {
  const listeners: Listener[] = [];
  while (listeners.length < how.count) {
    const some = Array.from({ length: 50 }, () => listen(runnel, { ...how, shortened: true }));
    listeners.push(...(await Promise.all(some)));
  }
  return listeners;
}

/** Returns how many times a stream's reader was too slow, so far. */
async function lagged(runnel: Runnel): Promise<number> {
  const text = await (await fetch(`${runnel.url}/api/metrics`, { headers: ALONE })).text();
  return Number(/^runnel_lagged_total (\d+)$/m.exec(text)?.[1]);
}

/** Asserts that the stream got each update once, in order. */
async function expectWhole(
  listeners: readonly Listener[],
  expected: readonly string[],
): Promise<void> {
  const isWhole = () => listeners.every(({ events }) => events.length >= expected.length);
  await expect.poll(isWhole, { intervals: [20], timeout: 60_000 }).toBe(true);
  const wrong = listeners.find(
    ({ events }) =>
      events.length !== expected.length ||
      events.some(({ data }, index) => data !== expected[index]),
  );
  expect(wrong?.data()).toBeUndefined();
}

test("1,000 clients that never read delay no other client and use no memory, and get everything when they read again", async () => {
  test.setTimeout(120_000);
  const env = { LOG_LEVEL: "warn", HEARTBEAT_SECONDS: "60" };
  await withRunnel({ env }, async (runnel) => {
    const news = query("match", "news");
    const both = query("match", "news", "flood");
    const count = CLIENTS - FLOODED;
    const stalled = await openMany(runnel, { count, at: news, paused: true });
    const flooded = await openMany(runnel, { count: FLOODED, at: both, paused: true });
    const good = await openMany(runnel, { count: CLIENTS, at: news, paused: false });
    await expect.poll(connections(runnel)).toBe(2 * CLIENTS);
    await publish(runnel, { topic: "news", data: "warm" });
    await expectWhole(good, [short("warm")]);
    const memory = residentMegabytes(runnel.pid);
    let peak = memory;
    const laggedBefore = await lagged(runnel);

    const flood: string[] = [];
    for (let index = 0; index < 16; index += 1) {
      const data = `${index}:${"x".repeat(500_000)}`;
      await publish(runnel, { topic: "flood", data });
      flood.push(short(data));
      peak = Math.max(peak, residentMegabytes(runnel.pid));
    }
    const burst = [short("warm")];
    for (let from = 0; from < 200; from += 10) {
      const some = Array.from({ length: 10 }, (_, index) => `${from + index}:${"y".repeat(2_000)}`);
      await publishAll(
        runnel,
        some.map((data) => ({ topic: "news", data })),
      );
      burst.push(...some.map(short));
      await expectWhole(good, burst);
      peak = Math.max(peak, residentMegabytes(runnel.pid));
    }
    expect((await lagged(runnel)) - laggedBefore).toBeGreaterThanOrEqual(FLOODED);
    const [some] = flooded;
    expect(some?.events.length).toBeLessThanOrEqual(1);
    // A copy of the flood for each client would be 400 MB. The log keeps it once, beside the updates that are not appended yet.
    expect(peak - memory).toBeLessThan(200);
    for (const listener of good) listener.leave();

    for (const listener of [...stalled, ...flooded]) listener.resume();
    await expectWhole(stalled, burst);
    await expectWhole(flooded, [short("warm"), ...flood, ...burst.slice(1)]);
    for (const listener of [...stalled, ...flooded]) listener.leave();
    await expect.poll(connections(runnel)).toBe(0);
  });
});
