import { describe, expect, test } from "vitest";
import { type Log, RECEIPTS, type Receipt } from "../../log/log.ts";
import type { Update } from "../../topics/update.ts";
import { idsOf, readAll, update } from "../updates.ts";
import type { Bench } from "./contract.ts";

/** Tests how a log answers repeated requests. Every log MUST pass. */
export function describeReceipts(bench: Bench): void {
  describe("receipts", () => {
    const receipt = (key: string, rest: Partial<Receipt> = {}): Receipt => ({
      publisher: "p",
      key,
      bodyHash: "h",
      ...rest,
    });
    const send = (log: Log, receipt: Receipt, ...updates: Update[]) =>
      log.append({ lane: "updates", updates, receipt });

    test("stop a repeated request from appending again, and return its first ids", async () => {
      const log = await bench.openLog();
      const updates = [update("a", "1"), update("a", "2", { id: "mine" })];
      const first = await send(log, receipt("k"), ...updates);
      expect(first.outcome).toBe("appended");
      const second = await send(log, receipt("k"), ...updates);
      expect(second).toEqual({ outcome: "repeated", ids: idsOf(first) });
      expect(await readAll(log)).toHaveLength(2);
    });

    test("cause a conflict when the body of the request differs", async () => {
      const log = await bench.openLog();
      await send(log, receipt("k"), update("a"));
      const other = await send(log, receipt("k", { bodyHash: "other" }), update("b"));
      expect(other).toEqual({ outcome: "conflict" });
      expect(await readAll(log)).toHaveLength(1);
    });

    test("apply within one turn of the event loop: only the first of several equal requests is appended", async () => {
      const log = await bench.openLog();
      const all = await Promise.all([
        send(log, receipt("k"), update("a", "1")),
        send(log, receipt("k"), update("a", "1")),
        send(log, receipt("k", { bodyHash: "other" }), update("a", "1")),
      ]);
      expect(all.map(({ outcome }) => outcome)).toEqual(["appended", "repeated", "conflict"]);
      expect(all[0] && all[1] && idsOf(all[1])).toEqual(all[0] && idsOf(all[0]));
      expect(await readAll(log)).toHaveLength(1);
    });

    test("of different publishers are independent, even with the same key", async () => {
      const log = await bench.openLog();
      const pairs: [string, string][] = [
        ["p", "k"],
        ["q", "k"],
        ["pk", ""],
        ["", "pk"],
      ];
      for (const [publisher, key] of pairs) {
        expect((await send(log, receipt(key, { publisher }), update("a"))).outcome).toBe(
          "appended",
        );
      }
    });

    test("are removed when they are over their age", async () => {
      const log = await bench.openLog();
      await send(log, receipt("k"), update("a"));
      bench.timers.advance(RECEIPTS.maxAgeMs);
      expect((await send(log, receipt("k"), update("a"))).outcome).toBe("repeated");
      bench.timers.advance(1);
      expect((await send(log, receipt("k"), update("a"))).outcome).toBe("appended");
      // The age of the new receipt begins anew.
      bench.timers.advance(RECEIPTS.maxAgeMs);
      await log.trim();
      expect((await send(log, receipt("k"), update("a"))).outcome).toBe("repeated");
    });

    test("are removed by their age even if they were made while the clock was ahead", async () => {
      const log = await bench.openLog();
      bench.timers.setTime(24 * 3_600_000);
      await send(log, receipt("k"), update("a"));
      bench.timers.setTime(-24 * 3_600_000);
      expect((await send(log, receipt("k"), update("a"))).outcome).toBe("repeated");
      bench.timers.advance(RECEIPTS.maxAgeMs + 1);
      expect((await send(log, receipt("k"), update("a"))).outcome).toBe("appended");
    });

    test("are kept up to a maximum number, the newest ones", async () => {
      const log = await bench.openLog({ maxUpdates: 10 });
      const { most } = RECEIPTS;
      await send(log, receipt("first"), update("a"));
      for (let index = 0; index < most; index += 5_000) {
        await Promise.all(
          Array.from({ length: 5_000 }, (_, offset) => send(log, receipt(`${index + offset}`))),
        );
      }
      expect((await send(log, receipt("1"), update("a"))).outcome).toBe("repeated");
      expect((await send(log, receipt("first"), update("a"))).outcome).toBe("appended");
    }, 30_000);
  });
}
