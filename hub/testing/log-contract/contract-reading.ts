import { describe, expect, test } from "vitest";
import { LANES, type Lane, type Log, type ReadBackRequest } from "../../log/log.ts";
import type { Matcher } from "../../topics/matcher.ts";
import {
  append,
  appendEvents,
  dataOf,
  EVERYTHING,
  event,
  exact,
  readAll,
  readAllBack,
  readBackPage,
  readPage,
  startingWith,
  textOf,
  update,
} from "../updates.ts";
import type { Bench } from "./contract.ts";

/** Tests the pages that a log reads. Every log MUST pass. */
export function describeReading(bench: Bench): void {
  describe("reading", () => {
    test("a read returns each matching entry once, in order", async () => {
      const log = await bench.openLog();
      await append(
        log,
        update("a", "1"),
        update("b", "2"),
        update(["c", "a", "b"], "3"),
        update("c", "4"),
        update("a", "5"),
      );
      const data = async (...matchers: Matcher[]) =>
        (await readAll(log, { matchers })).map(dataOf).join("");
      expect(await data(exact("a"))).toBe("135");
      expect(await data(exact("a"), exact("b"))).toBe("1235");
      expect(await data(exact("b"), exact("a"), exact("b"), exact("none"))).toBe("1235");
      expect(await data(EVERYTHING)).toBe("12345");
      expect(await data(exact("a"), EVERYTHING)).toBe("12345");
      expect(await data(exact("none"))).toBe("");
      expect(await data()).toBe("");
    });

    test("a read matches patterns, also together with exact matchers", async () => {
      const log = await bench.openLog();
      await append(
        log,
        update("/books/1", "1"),
        update("/cars/1", "2"),
        update(["/cars/2", "/books/2"], "3"),
        update("/x", "4"),
      );
      const data = async (...matchers: Matcher[]) =>
        (await readAll(log, { matchers })).map(dataOf).join("");
      expect(await data(startingWith("/books/"))).toBe("13");
      expect(await data(startingWith("/books/"), exact("/x"))).toBe("134");
      expect(await data(startingWith("/none/"))).toBe("");
    });

    test("a read continues after any position", async () => {
      const log = await bench.openLog();
      await append(log, ...Array.from({ length: 10 }, (_, index) => update("a", `${index}`)));
      const all = await readAll(log);
      for (const matchers of [[exact("a")], [EVERYTHING], [startingWith("a")]]) {
        for (const [index, { position }] of all.entries()) {
          const rest = await readAll(log, { after: position, matchers });
          expect(rest.map(({ id }) => id)).toEqual(all.slice(index + 1).map(({ id }) => id));
        }
      }
    });

    test("a page ends at the last position when nothing more matches", async () => {
      const log = await bench.openLog();
      await append(log, update("a"), update("b"), update("b"));
      expect((await readPage(log, { matchers: [exact("a")] })).to).toBe(log.last);
      expect((await readPage(log, { matchers: [] })).to).toBe(log.last);
      expect((await readPage(log, { lanes: [] })).to).toBe(log.last);
      expect((await readPage(log, { after: log.last })).to).toBe(log.last);
    });

    test("a page stays within its bytes, but has at least one entry", async () => {
      const log = await bench.openLog();
      await append(log, ...Array.from({ length: 9 }, () => update("a", "x".repeat(1_000))));
      const size = (await readPage(log)).entries[0]?.frame.bytes.length ?? 0;
      for (const matchers of [[exact("a")], [EVERYTHING], [startingWith("a")]]) {
        const pageOf = (maxBytes: number) => readPage(log, { maxBytes, matchers });
        expect((await pageOf(1)).entries).toHaveLength(1);
        expect((await pageOf(size * 3 - 1)).entries).toHaveLength(2);
        const page = await pageOf(size * 3);
        expect(page.entries).toHaveLength(3);
        expect(page.to).toBe(page.entries.at(-1)?.position);
        expect(await readAll(log, { maxBytes: size * 2, matchers })).toHaveLength(9);
      }
    });

    test("a read stops after a few milliseconds when few entries match", async () => {
      const log = await bench.openLog();
      await append(log, ...Array.from({ length: 1_000 }, () => update("a")), update("b"));
      const slow: Matcher = {
        ...startingWith("b"),
        mayMatch: (other) => {
          bench.timers.advance(1);
          return other.startsWith("b");
        },
      };
      const page = await readPage(log, { matchers: [slow] });
      expect(page.entries).toEqual([]);
      expect(page.to).toBeGreaterThan(0);
      expect(page.to).toBeLessThan(log.last);
      expect(await readAll(log, { matchers: [slow] })).toHaveLength(1);
    });

    test("a read returns one lane or both in one order, with volatile events", async () => {
      const log = await bench.openLog();
      for (let index = 0; index < 5; index += 1) {
        await append(log, update("a", `u${index}`));
        await appendEvents(log, [event("s", `s${index}`)], { volatile: index % 2 === 1 });
      }
      const data = async (lanes: readonly Lane[], maxBytes = 65_536) =>
        (await readAll(log, { lanes, maxBytes })).map(dataOf).join();
      expect(await data(["updates"])).toBe("u0,u1,u2,u3,u4");
      expect(await data(["subscriptions"])).toBe("s0,s1,s2,s3,s4");
      expect(await data(LANES)).toBe("u0,s0,u1,s1,u2,s2,u3,s3,u4,s4");
      expect(await data(LANES, 1)).toBe("u0,s0,u1,s1,u2,s2,u3,s3,u4,s4");
      const topics = [exact("a"), exact(event("s").topic)];
      const some = await readAll(log, { lanes: LANES, matchers: topics, maxBytes: 120 });
      expect(some).toHaveLength(10);
    });

    test("a read finds durable and volatile subscription events by their topics", async () => {
      const log = await bench.openLog();
      for (let index = 0; index < 6; index += 1) {
        const events = [event("s", `s${index}`), event("t", `t${index}`)];
        await appendEvents(log, events, { volatile: index % 2 === 1 });
        await append(log, update("a", `a${index}`));
      }
      const data = async (...topics: string[]) =>
        (await readAll(log, { matchers: topics.map(exact), maxBytes: 100 })).map(dataOf).join();
      expect(await data(event("t").topic)).toBe("t0,t1,t2,t3,t4,t5");
      expect(await data("a", event("s").topic)).toBe("s0,a0,s1,a1,s2,a2,s3,a3,s4,a4,s5,a5");
      expect(await data(event("none").topic)).toBe("");
    });

    test("subscription events are private, and have the protocol's type", async () => {
      const log = await bench.openLog();
      await appendEvents(log, [event("x", '{"a":1}')]);
      const [entry] = await readAll(log, { lanes: ["subscriptions"] });
      expect(entry).toMatchObject({ private: true, lane: "subscriptions" });
      expect(entry && textOf(entry)).toBe(`id:${entry?.id}\nevent:mercure\ndata:{"a":1}\n\n`);
    });

    test("the bytes of a read entry are not changed by a later read", async () => {
      const log = await bench.openLog();
      await append(log, update("a", "x".repeat(500)), update("b", "y".repeat(500)));
      const [a] = await readAll(log, { matchers: [exact("a")] });
      const before = a && textOf(a);
      await readAll(log, { matchers: [exact("b")] });
      expect(a && textOf(a)).toBe(before);
    });
  });
}

/** Tests the pages that a log reads backwards. Every log MUST pass. */
export function describeReadingBack(bench: Bench): void {
  describe("reading back", () => {
    const dataBack = async (log: Log, options: Partial<ReadBackRequest> = {}) =>
      (await readAllBack(log, options)).map(dataOf).join("");

    test("a backward read returns each matching update once, the newest first, with private updates", async () => {
      const log = await bench.openLog();
      await append(
        log,
        update("/a", "1"),
        update("/b", "2"),
        update(["/c", "/a", "/b"], "3", { private: true }),
        update("/c", "4"),
        update("/a", "5"),
      );
      const data = (...matchers: Matcher[]) => dataBack(log, { matchers });
      expect(await data(exact("/a"))).toBe("531");
      expect(await data(exact("/b"), exact("/a"), exact("/b"), exact("/none"))).toBe("5321");
      expect(await data(EVERYTHING)).toBe("54321");
      expect(await data(startingWith("/b"), exact("/c"))).toBe("432");
      expect(await data(startingWith("/none"))).toBe("");
      expect(await data(exact("/none"))).toBe("");
      expect(await data()).toBe("");
    });

    test("a backward read from any position returns the same updates as a forward read", async () => {
      const log = await bench.openLog();
      const texts = Array.from({ length: 10 }, (_, index) =>
        update(index % 2 ? "a" : "b", `${index}`),
      );
      await append(log, ...texts);
      for (const matchers of [
        [exact("a")],
        [exact("a"), exact("b")],
        [EVERYTHING],
        [startingWith("a")],
      ]) {
        const all = await readAll(log, { matchers });
        for (const { position } of await readAll(log)) {
          const back = await readAllBack(log, { matchers, upTo: position });
          const before = all.filter((entry) => entry.position <= position);
          expect(back.map(({ id }) => id)).toEqual(before.map(({ id }) => id).reverse());
        }
      }
    });

    test("a backward page stays within its count and its bytes, but has at least one update", async () => {
      const log = await bench.openLog();
      await append(log, ...Array.from({ length: 9 }, (_, n) => update("a", `${n}`.repeat(1_000))));
      const size = (await readPage(log)).entries[0]?.frame.bytes.length ?? 0;
      for (const matchers of [[exact("a")], [EVERYTHING], [startingWith("a")]]) {
        const count = async (options: Partial<ReadBackRequest>) => {
          const page = await readBackPage(log, { matchers, ...options });
          expect(page.isFull).toBe(page.entries.length < 9);
          return page.entries.length;
        };
        expect(await count({ most: 1 })).toBe(1);
        expect(await count({ most: 4 })).toBe(4);
        expect(await count({ maxBytes: 1 })).toBe(1);
        expect(await count({ maxBytes: size * 3 - 1 })).toBe(2);
        expect(await count({ maxBytes: size * 3, most: 5 })).toBe(3);
        expect(await count({ most: 10 })).toBe(9);
      }
    });

    test("a backward read stops after a few milliseconds when few updates match, and can continue", async () => {
      const log = await bench.openLog();
      await append(log, update("b"), ...Array.from({ length: 1_000 }, () => update("a")));
      const slow: Matcher = {
        ...startingWith("b"),
        mayMatch: (other) => {
          bench.timers.advance(1);
          return other.startsWith("b");
        },
      };
      const page = await readBackPage(log, { matchers: [slow] });
      expect(page).toMatchObject({ entries: [], isFull: false });
      expect(page.from).toBeGreaterThan(0);
      expect(page.from).toBeLessThan(log.last);
      expect(await readAllBack(log, { matchers: [slow] })).toHaveLength(1);
    });

    test("a backward read returns only updates, and no removed ones", async () => {
      const log = await bench.openLog({ maxUpdates: 3 });
      expect(await dataBack(log)).toBe("");
      for (let index = 0; index < 5; index += 1) {
        await append(log, update("a", `${index}`));
        await appendEvents(log, [event("s", `${index}`)], { volatile: index % 2 === 1 });
      }
      expect(await dataBack(log)).toBe("432");
      expect(await dataBack(log, { matchers: [exact("a")] })).toBe("432");
      const page = await readBackPage(log);
      expect(page).toMatchObject({ isFull: false, from: log.floor("updates") });
      const below = await readBackPage(log, { upTo: log.floor("updates") });
      expect(below.entries).toEqual([]);
    });

    test("a backward read returns the updates at the time of the call", async () => {
      const log = await bench.openLog({ maxUpdates: 3 });
      await append(log, update("a", "1"), update("a", "2"), update("a", "3"));
      const page = readBackPage(log);
      const trimming = append(log, update("a", "4"));
      expect((await page).entries.map(dataOf).join("")).toBe("321");
      await trimming;
      expect(await dataBack(log)).toBe("432");
    });
  });
}
