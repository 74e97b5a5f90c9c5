import { describe, expect, test } from "vitest";
import { type Entry, type Page, START } from "../../log/log.ts";
import {
  append,
  appendEvents,
  dataOf,
  event,
  idsOf,
  readAll,
  readPage,
  textOf,
  update,
} from "../updates.ts";
import type { Bench } from "./contract.ts";

/** Tests how a log appends and reports updates. Every log MUST pass. */
export function describeAppending(bench: Bench): void {
  describe("appending", () => {
    test("a new log is empty and begins at position zero", async () => {
      const log = await bench.openLog();
      expect(log.last).toBe(0);
      expect(log.floor("updates")).toBe(0);
      expect(log.floor("subscriptions")).toBe(0);
      expect(await readPage(log)).toEqual({ entries: [], to: 0 });
      expect(log.leftActive()).toEqual([]);
    });

    test("entries are in the order of the calls, and their positions grow", async () => {
      const log = await bench.openLog();
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => append(log, update("a", String(index)))),
      );
      for (let index = 50; index < 60; index += 1) await append(log, update("a", String(index)));
      const entries = await readAll(log);
      expect(entries.map(dataOf)).toEqual(Array.from({ length: 60 }, (_, index) => `${index}`));
      for (const [index, { position }] of entries.entries()) {
        expect(position).toBeGreaterThan(entries[index - 1]?.position ?? START);
      }
      expect(log.last).toBe(entries.at(-1)?.position);
    });

    test("an entry has every field of its update", async () => {
      const log = await bench.openLog();
      const rest = { id: "my-id", type: "news", retry: 1_500, private: true };
      await append(log, update(["tüpfel/1", "b"], "line 1\nline 2 ✓", rest));
      const [entry] = await readAll(log);
      expect(entry).toMatchObject({
        id: "my-id",
        lane: "updates",
        topics: ["tüpfel/1", "b"],
        private: true,
        at: bench.timers.now(),
      });
      expect(entry && textOf(entry)).toBe(
        "id:my-id\nevent:news\nretry:1500\ndata:line 1\ndata:line 2 ✓\n\n",
      );
      expect(entry?.frame.events).toBe(1);
    });

    test("a batch is appended as a whole, and its ids are returned in order", async () => {
      const log = await bench.openLog();
      const appended = await append(
        log,
        update("a", "1"),
        update("b", "2", { id: "mine" }),
        update("a", "3"),
      );
      const ids = idsOf(appended);
      expect(ids).toHaveLength(3);
      expect(ids[1]).toBe("mine");
      expect((await readAll(log)).map(({ id }) => id)).toEqual(ids);
    });

    test("a batch with an update that can't be encoded is rejected as a whole, and later appends succeed", async () => {
      const log = await bench.openLog();
      const before = append(log, update("a", "before"));
      const torn = append(log, update("a", "1"), update("a", "2", { type: "two\nlines" }));
      const after = append(log, update("a", "after"));
      await expect(torn).rejects.toThrow(RangeError);
      await Promise.all([before, after]);
      expect((await readAll(log)).map(dataOf)).toEqual(["before", "after"]);
    });

    test("an empty batch is accepted", async () => {
      const log = await bench.openLog();
      expect(await append(log)).toEqual({ outcome: "appended", ids: [] });
      expect(log.last).toBe(0);
    });

    test("the tail receives each entry once, in order, before the append resolves", async () => {
      const log = await bench.openLog();
      const seen: Entry[] = [];
      log.tail((entries) => {
        expect(log.last).toBe(entries.at(-1)?.position);
        seen.push(...entries);
      });
      const resolved = Array.from({ length: 20 }, async (_, index) => {
        const [id] = idsOf(await append(log, update("a", String(index))));
        expect(seen.map((entry) => entry.id)).toContain(id);
      });
      await Promise.all(resolved);
      await appendEvents(log, [event("x")]);
      expect(seen.map(({ id }) => id)).toEqual((await readAll(log)).map(({ id }) => id));
      expect(seen).toHaveLength(21);
    });

    test("volatile events have positions in the order of the calls, and the tail receives them", async () => {
      const log = await bench.openLog();
      const seen: Entry[] = [];
      log.tail((entries) => seen.push(...entries));
      await Promise.all([
        append(log, update("a", "1")),
        appendEvents(log, [event("v", "2"), event("w", "3")], { volatile: true }),
        append(log, update("a", "4")),
        appendEvents(log, [event("x", "5")]),
      ]);
      await appendEvents(log, [event("v", "6")], { volatile: true });
      await append(log, update("a", "7"));
      expect(seen.map(dataOf).join("")).toBe("1234567");
      expect(log.last).toBe(seen.at(-1)?.position);
      expect(await readAll(log)).toEqual(seen);
      for (const [index, { id, position }] of seen.entries()) {
        expect(position).toBeGreaterThan(seen[index - 1]?.position ?? START);
        expect(await log.locate(id)).toBe(position);
        const after = await readAll(log, { after: position });
        expect(after.map(dataOf)).toEqual(seen.slice(index + 1).map(dataOf));
      }
    });

    test("the tail receives the time at which the commit began, by the monotonic clock", async () => {
      const log = await bench.openLog();
      const taken: number[] = [];
      log.tail((_, takenAt) => taken.push(takenAt));
      bench.timers.setTime(-3_600_000);
      await append(log, update("a"));
      const first = bench.timers.elapsed();
      bench.timers.advance(1_000);
      await append(log, update("a"));
      expect(taken).toEqual([first, first + 1_000]);
    });

    test("an entry can be read as soon as the tail receives it", async () => {
      const log = await bench.openLog();
      const pages: Promise<Page>[] = [];
      log.tail(() => pages.push(readPage(log)));
      await append(log, update("a", "1"));
      expect((await pages[0])?.entries.map(dataOf)).toEqual(["1"]);
    });
  });
}
