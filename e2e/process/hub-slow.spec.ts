import { expect, test } from "@playwright/test";
import { type Listener, listen, publish, publishAll, query, short } from "../support/hub.ts";
import { residentMegabytes } from "../support/memory.ts";
import { ALONE, connections, type Runnel, withRunnel } from "../support/runnel.ts";

const CLIENTS = 1_000;
/** Of the clients that never read, those that are sent more than the kernel takes for them, which is some 4 MB. */
const FLOODED = 50;

/** Opens many, a few at a time. Throws where the machine allows too few open files. */
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

/** How often a stream's reader was too slow, so far. */
async function lagged(runnel: Runnel): Promise<number> {
  const text = await (await fetch(`${runnel.url}/api/metrics`, { headers: ALONE })).text();
  return Number(/^runnel_lagged_total (\d+)$/m.exec(text)?.[1]);
}

/** Each update once, in order. */
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

test("1,000 clients that never read delay nobody and take no memory, and have all of it when they read on", async () => {
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
    // Copies of the flood would be 400 MB; the log has it once, and what is on its way to the log.
    expect(peak - memory).toBeLessThan(200);
    for (const listener of good) listener.leave();

    for (const listener of [...stalled, ...flooded]) listener.resume();
    await expectWhole(stalled, burst);
    await expectWhole(flooded, [short("warm"), ...flood, ...burst.slice(1)]);
    for (const listener of [...stalled, ...flooded]) listener.leave();
    await expect.poll(connections(runnel)).toBe(0);
  });
});
