import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Entry, type Log, WEIGHT_OF_BYTES } from "../../log/log.ts";
import type { Update } from "../../topics/update.ts";
import {
  append,
  dataOf,
  EVERYTHING,
  exact,
  idsOf,
  readAll,
  readPage,
  SHAPES,
  textBytes,
  update,
} from "../updates.ts";
import type { Bench } from "./contract.ts";

const BOUND = 1_000_000;

/** Tests the bounds of the data that publishers can store and of the work that they can cause. Every log MUST pass. */
export function describeBounds(bench: Bench): void {
  describe("bounds", () => {
    test.each(Object.entries(SHAPES))(
      "%s are kept up to the bound of bytes, with their topics and ids",
      async (_, make) => {
        const log = await bench.openLog({ maxBytes: BOUND });
        let sent = 0;
        let index = 0;
        while (sent < 3 * BOUND) {
          const some: Update[] = [];
          for (let bytes = 0; bytes < 30_000; index += 1) {
            const one = make(index);
            some.push(one);
            bytes += textBytes(one) + one.topics.length * 60 + 100;
          }
          for (const one of some) sent += textBytes(one) + one.topics.length * 60 + 100;
          await append(log, ...some);
        }
        const kept = await readAll(log);
        const bytes = kept.reduce((sum, { topics, frame, id }) => {
          return sum + topics.join("").length + frame.bytes.length + id.length;
        }, 0);
        expect(bytes).toBeLessThan(BOUND);
        expect(kept.at(-1)?.topics).toEqual(make(index - 1).topics);
      },
      30_000,
    );

    test("receipts are kept up to their share of the bound of bytes", async () => {
      const log = await bench.openLog({ maxBytes: BOUND });
      const send = (key: string) => {
        const receipt = { publisher: "p".repeat(10_000), key, bodyHash: "h" };
        return log.append({ lane: "updates", updates: [update("a")], receipt });
      };
      await send("first");
      for (let index = 0; index < 1_000; index += 1) await send(`${index}`);
      expect((await send("999")).outcome).toBe("repeated");
      expect((await send("first")).outcome).toBe("appended");
    });

    test("a repeated request with long own ids is answered with them, and its receipt does not store them", async () => {
      const log = await bench.openLog({ maxBytes: BOUND });
      const updates = Array.from({ length: 400 }, (_, index) =>
        update("a", "", index % 2 ? { id: `${index}`.padStart(512, "i") } : {}),
      );
      const send = (key: string) =>
        log.append({ lane: "updates", updates, receipt: { publisher: "p", key, bodyHash: "h" } });
      const first = idsOf(await send("0"));
      // Each request has 100,000 characters of ids.
      for (let index = 1; index < 10; index += 1) await send(`${index}`);
      expect(await send("0")).toEqual({ outcome: "repeated", ids: first });
    });

    test("the size of a page with many long topics is bounded by their weight", async () => {
      const log = await bench.openLog();
      for (let index = 0; index < 20; index += 1) {
        await append(log, SHAPES["many long topics"](index));
      }
      for (const matchers of [[EVERYTHING], [exact("shared")]]) {
        const page = await readPage(log, { matchers, maxBytes: 65_536 });
        const weight = page.entries.reduce((sum, entry) => sum + entry.weight, 0);
        expect(weight).toBeLessThan(65_536 * WEIGHT_OF_BYTES);
        expect(page.entries.length).toBeGreaterThan(0);
        expect(await readAll(log, { matchers })).toHaveLength(20);
      }
    });
  });

  describe("large appends", () => {
    const many = (count: number, rest: Partial<Update> = {}) =>
      Array.from({ length: count }, (_, index) =>
        update([`t${index % 10}`, "all"], `${index}`, rest),
      );

    test.each([
      ["10,000 updates", many(10_000)],
      [
        "300 updates of 100 topics",
        Array.from({ length: 300 }, (_, n) => SHAPES["many topics"](n)),
      ],
    ])("%s are appended in several turns of the event loop", async (_, updates) => {
      const log = await bench.openLog();
      const told: Entry[] = [];
      let pieces = 0;
      log.tail((entries) => {
        told.push(...entries);
        pieces += 1;
      });
      let isDone = false;
      let turns = 0;
      const counting = (async () => {
        for (; !isDone; turns += 1) await nextTurn();
      })();
      const ids = idsOf(await append(log, ...updates));
      isDone = true;
      await counting;
      expect(turns).toBeGreaterThan(20);
      expect(pieces).toBeGreaterThan(10);
      expect(told.map(({ id }) => id)).toEqual(ids);
      expect((await readAll(log, { maxBytes: 2 ** 20 })).map(({ id }) => id)).toEqual(ids);
    });

    test("a large append whose last update can't be encoded leaves no entries", async () => {
      const log = await bench.openLog();
      const torn = append(log, ...many(3_000), update("a", "bad", { type: "two\nlines" }));
      const after = append(log, update("a", "after"));
      await expect(torn).rejects.toThrow(RangeError);
      await after;
      expect((await readAll(log)).map(dataOf)).toEqual(["after"]);
      expect(log.last).toBe(1);
    });

    test("an append after a large one follows all of its entries, and precedes the next append", async () => {
      const log = await bench.openLog();
      await Promise.all([
        append(log, ...many(3_000)),
        append(log, update("a", "between")),
        append(log, ...many(3_000)),
      ]);
      const data = (await readAll(log, { maxBytes: 2 ** 20 })).map(dataOf);
      expect(data).toHaveLength(6_001);
      expect(data[3_000]).toBe("between");
    });

    test("a large append that exceeds the bounds leaves its newest updates", async () => {
      const log: Log = await bench.openLog({ maxUpdates: 50 });
      await append(log, ...many(100));
      const ids = idsOf(await append(log, ...many(5_000)));
      expect((await readAll(log)).map(({ id }) => id)).toEqual(ids.slice(-50));
      expect(log.floor("updates")).toBe(log.last - 50);
      await append(log, update("a", "next"));
      expect((await readAll(log)).map(dataOf).at(-1)).toBe("next");
    });
  });
}
