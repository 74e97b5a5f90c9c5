import { describe, expect, test } from "vitest";
import { type Entry, type Position, START, SUBSCRIPTIONS_RETENTION } from "../../log/log.ts";
import {
  append,
  appendEvents,
  dataOf,
  EVERYTHING,
  event,
  exact,
  idsOf,
  readAll,
  readPage,
  update,
} from "../updates.ts";
import type { Bench } from "./contract.ts";

/** Tests which entries a log keeps. Every log MUST pass. */
export function describeRetention(bench: Bench): void {
  describe("retention", () => {
    test("the newest entries are kept by number, and the floor is the newest removed position", async () => {
      const log = await bench.openLog({ maxUpdates: 3 });
      const positions: Position[] = [];
      for (let index = 0; index < 8; index += 1) {
        await append(log, update(`t${index % 2}`, `${index}`));
        positions.push(log.last);
      }
      expect((await readAll(log)).map(dataOf)).toEqual(["5", "6", "7"]);
      expect(log.floor("updates")).toBe(positions[4]);
      expect((await readAll(log, { matchers: [exact("t0")] })).map(dataOf)).toEqual(["6"]);
      expect((await readAll(log, { matchers: [exact("t1")] })).map(dataOf)).toEqual(["5", "7"]);
    });

    test("the newest updates of a batch that exceeds the bounds are kept", async () => {
      const log = await bench.openLog({ maxUpdates: 3 });
      await append(log, ...Array.from({ length: 10 }, (_, index) => update("a", `${index}`)));
      expect((await readAll(log)).map(dataOf)).toEqual(["7", "8", "9"]);
    });

    test("no update is kept when the maximum is zero", async () => {
      const log = await bench.openLog({ maxUpdates: 0 });
      const seen: Entry[] = [];
      log.tail((entries) => seen.push(...entries));
      const [id = ""] = idsOf(await append(log, update("a", "1")));
      expect(seen).toHaveLength(1);
      expect(await readAll(log)).toEqual([]);
      expect(log.floor("updates")).toBe(log.last);
      expect(await log.locate(id)).toBe(log.last);
    });

    test("the newest entries are kept by bytes", async () => {
      const log = await bench.openLog({ maxBytes: 100_000 });
      for (let index = 0; index < 200; index += 1) {
        await append(log, update("a", `${index}`.padEnd(1_000)));
      }
      const kept = (await readAll(log)).map((entry) => Number.parseInt(dataOf(entry), 10));
      expect(kept.length).toBeGreaterThan(20);
      expect(kept.length).toBeLessThan(100);
      expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 200 - kept.length + n));
    });

    test("a trim removes the entries over their age", async () => {
      const log = await bench.openLog({ maxAgeMs: 1_000 });
      await append(log, update("a", "1"), update("b", "2"));
      const second = log.last;
      bench.timers.advance(600);
      await append(log, update("a", "3"));
      bench.timers.advance(400);
      await log.trim();
      expect((await readAll(log)).map(dataOf)).toEqual(["1", "2", "3"]);
      bench.timers.advance(1);
      await log.trim();
      expect((await readAll(log)).map(dataOf)).toEqual(["3"]);
      expect(log.floor("updates")).toBe(second);
      bench.timers.advance(1_000);
      await log.trim();
      expect(await readAll(log)).toEqual([]);
      expect(log.floor("updates")).toBe(log.last);
    });

    test("an update that was appended while the clock was ahead is removed by its age after the clock is corrected", async () => {
      const log = await bench.openLog({ maxAgeMs: 3_000 });
      await append(log, update("a", "before"));
      bench.timers.setTime(3_600_000);
      await append(log, update("a", "ahead"));
      bench.timers.setTime(-3_600_000);
      bench.timers.advance(1);
      await append(log, update("a", "after"));
      bench.timers.advance(3_000);
      await log.trim();
      // The log noticed with the last append that the clock was set back.
      expect((await readAll(log)).map(dataOf)).toEqual(["ahead", "after"]);
      bench.timers.advance(1);
      await log.trim();
      expect(await readAll(log)).toEqual([]);
    });

    test("an update with a time in the future is removed by its age even if nothing is published after it", async () => {
      const log = await bench.openLog({ maxAgeMs: 3_000 });
      for (let hour = 0; hour < 2; hour += 1) {
        bench.timers.setTime(3_600_000);
        await append(log, update("a"));
      }
      bench.timers.setTime(-7_200_000);
      await log.trim();
      expect(await readAll(log)).toHaveLength(2);
      bench.timers.advance(3_000);
      await log.trim();
      expect(await readAll(log)).toHaveLength(2);
      bench.timers.advance(1);
      await log.trim();
      expect(await readAll(log)).toEqual([]);
    });

    test("updates are removed by their age even if the clock is set back again and again", async () => {
      const log = await bench.openLog({ maxAgeMs: 3_000 });
      for (let round = 0; round < 100; round += 1) {
        await append(log, update("a", `${round}`));
        bench.timers.advance(500);
        bench.timers.setTime(round % 2 ? 3_600_000 : -3_600_000);
        await log.trim();
      }
      // The log keeps the updates of the last three seconds, and one whose time was corrected with the next append.
      expect((await readAll(log)).length).toBeLessThanOrEqual(7);
    });

    test("a trim finishes while appends continue", async () => {
      const log = await bench.openLog({ maxAgeMs: 1_000 });
      await append(log, ...Array.from({ length: 3_000 }, () => update("a", "old")));
      bench.timers.advance(1_001);
      let isTrimming = true;
      const appending = (async () => {
        for (let index = 0; isTrimming; index += 1) await append(log, update("a", `${index}`));
      })();
      await log.trim();
      isTrimming = false;
      await appending;
      expect((await readAll(log)).map(dataOf)).not.toContain("old");
    });

    test("a reader that checks the floor before each read misses no entry unnoticed", async () => {
      const log = await bench.openLog({ maxUpdates: 30 });
      let isAppending = true;
      const appending = (async () => {
        for (let index = 0; index < 1_000; index += 20) {
          const many = Array.from({ length: 20 }, (_, offset) => update("a", `${index + offset}`));
          await append(log, ...many);
        }
        isAppending = false;
      })();
      let after = START;
      let expected: number | undefined = 0;
      let seen = 0;
      while (isAppending || after < log.last) {
        if (after < log.floor("updates")) {
          after = log.floor("updates");
          expected = undefined;
        }
        const matchers = [seen % 2 === 0 ? EVERYTHING : exact("a")];
        const page = await readPage(log, { after, matchers, maxBytes: 400 });
        for (const entry of page.entries) {
          if (expected !== undefined) expect(dataOf(entry)).toBe(`${expected}`);
          expected = Number(dataOf(entry)) + 1;
          seen += 1;
        }
        after = page.to;
        await new Promise((resolve) => setTimeout(resolve, seen % 3));
      }
      await appending;
      expect(expected).toBe(1_000);
    });

    test("each lane has its own bounds: updates do not evict subscription events", async () => {
      const log = await bench.openLog({ maxUpdates: 2, maxAgeMs: 1_000 });
      await appendEvents(log, [event("x"), event("y")]);
      await append(log, ...Array.from({ length: 5 }, (_, index) => update("a", `${index}`)));
      bench.timers.advance(5_000);
      await log.trim();
      expect(await readAll(log, { lanes: ["updates"] })).toEqual([]);
      expect(await readAll(log, { lanes: ["subscriptions"] })).toHaveLength(2);
      expect(log.floor("subscriptions")).toBe(0);
      const { maxUpdates } = SUBSCRIPTIONS_RETENTION;
      for (let round = 0; round < 11; round += 1) {
        const events = Array.from({ length: maxUpdates / 10 }, () => event("x"));
        await appendEvents(log, events);
      }
      expect(await readAll(log, { lanes: ["subscriptions"] })).toHaveLength(maxUpdates);
      expect(log.floor("subscriptions")).toBeGreaterThan(0);
    });

    test("volatile events are kept up to a maximum number, and completeAfter shows where the gap ends", async () => {
      const log = await bench.openLog();
      const { maxUpdates } = SUBSCRIPTIONS_RETENTION;
      await append(log, update("a"));
      await appendEvents(log, [event("durable")]);
      const events = Array.from({ length: maxUpdates / 10 }, (_, index) => event(`v${index}`));
      for (let round = 0; round < 11; round += 1) {
        await appendEvents(log, events, { volatile: true });
      }
      const kept = await readAll(log, { lanes: ["subscriptions"] });
      const isDurable = (entry: Entry) => entry.topics.includes(event("durable").topic);
      const volatile = kept.filter((entry) => !isDurable(entry));
      expect(volatile).toHaveLength(maxUpdates);
      expect(volatile[0]?.position).toBe(log.completeAfter("subscriptions") + 1);
      expect(log.completeAfter("updates")).toBe(0);
    });
  });
}
