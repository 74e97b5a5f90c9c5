import { expect, test } from "vitest";
import { Appender, MAX_WAITING } from "./appender.ts";
import { MemoryLog } from "./log/memory.ts";
import { FakeTimers } from "./testing/fake-timers.ts";
import { ListLogger } from "./testing/list-logger.ts";
import { ROOMY, topic } from "./testing/updates.ts";
import type { Update } from "./topics/update.ts";

const withLog = () => {
  const log = new MemoryLog({ retention: ROOMY, timers: new FakeTimers() });
  return { log, appender: new Appender(log, new ListLogger(), async () => {}) };
};

const batchOf = (count: number, data: string): Update[] =>
  Array.from({ length: count }, () => ({ topics: [topic("a")], data, private: false }));

test.each([
  ["updates", batchOf(9_000, "")],
  ["bytes of data", batchOf(7, "x".repeat(500_000))],
  [
    "bytes of topics",
    batchOf(16, "").map((update) => ({
      ...update,
      topics: [topic("a"), ...Array.from({ length: 99 }, (_, n) => topic(`${n}`.padEnd(2_048)))],
    })),
  ],
] satisfies [string, Update[]][])(
  "publishers are refused while too many %s wait for the log, and accepted afterwards",
  async (_, batch) => {
    const { log, appender } = withLog();
    const accepted = Array.from({ length: 9 }, () => appender.updates(batch, undefined));
    const busy = { code: "log:busy" };
    await expect(appender.updates(batch, undefined)).rejects.toMatchObject(busy);
    await Promise.all(accepted);
    expect(appender.waiting).toBe(0);
    expect(await appender.updates(batch, undefined)).toMatchObject({ outcome: "appended" });
    await log.close();
  },
);

test("a batch above the bound of waiting updates is accepted if no other update waits", async () => {
  const { log, appender } = withLog();
  const batch = batchOf(9, "x".repeat(MAX_WAITING.bytes / 16));
  const first = appender.updates(batch, undefined);
  await expect(appender.updates(batchOf(1, ""), undefined)).rejects.toThrow(/publish again/);
  expect(await first).toMatchObject({ outcome: "appended" });
  await log.close();
});
