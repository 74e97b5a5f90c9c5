import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Matcher } from "../matcher.ts";
import { FakeTimers } from "../testing.ts";
import type { Timers } from "../timers.ts";
import type { Update } from "../update.ts";
import {
  append,
  dataOf,
  EVERYTHING,
  exact,
  idsOf,
  ROOMY,
  readAll,
  readPage,
  startingWith,
  textOf,
  topic,
  update,
} from "./testing.ts";
import {
  type Entry,
  LANES,
  type Lane,
  type Log,
  type Page,
  type Position,
  RECEIPTS,
  type Receipt,
  type Retention,
  START,
  SUBSCRIPTIONS_RETENTION,
} from "./types.ts";

export interface OpenOptions {
  readonly retention: Retention;
  readonly timers: Timers;
  /** Empty at first, and the test's own. */
  readonly folder: string;
}

export interface LogUnderTest {
  open(options: OpenOptions): Promise<Log>;
  /** What was appended is there again when it is opened again. */
  readonly isDurable: boolean;
}

/** What every log promises. */
export function describeLog(name: string, { open, isDurable }: LogUnderTest): void {
  describe(`the log in ${name}`, () => {
    let timers: FakeTimers;
    let folder: string;
    const opened = new Set<Log>();

    beforeEach(async () => {
      timers = new FakeTimers();
      folder = await mkdtemp(join(tmpdir(), "runnel-log-"));
    });

    afterEach(async () => {
      for (const log of opened) await log.close();
      opened.clear();
      await rm(folder, { recursive: true, force: true });
    });

    const openLog = async (retention: Partial<Retention> = {}): Promise<Log> => {
      const log = await open({ retention: { ...ROOMY, ...retention }, timers, folder });
      opened.add(log);
      return log;
    };

    const event = (name: string, active = true, document = `{"active":${active}}`) => ({
      topic: topic(`/.well-known/mercure/subscriptions/${name}`),
      active,
      document,
    });

    describe("appending", () => {
      test("starts empty, before every position", async () => {
        const log = await openLog();
        expect(log.last).toBe(0);
        expect(log.floor("updates")).toBe(0);
        expect(log.floor("subscriptions")).toBe(0);
        expect(await readPage(log)).toEqual({ entries: [], to: 0 });
        expect(log.leftActive()).toEqual([]);
      });

      test("keeps the order of the calls, and positions grow", async () => {
        const log = await openLog();
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

      test("keeps all that an update says", async () => {
        const log = await openLog();
        const rest = { id: "my-id", type: "news", retry: 1_500, private: true };
        await append(log, update(["tüpfel/1", "b"], "line 1\nline 2 ✓", rest));
        const [entry] = await readAll(log);
        expect(entry).toMatchObject({
          id: "my-id",
          lane: "updates",
          topics: ["tüpfel/1", "b"],
          private: true,
          at: timers.now(),
        });
        expect(entry && textOf(entry)).toBe(
          "id:my-id\nevent:news\nretry:1500\ndata:line 1\ndata:line 2 ✓\n\n",
        );
        expect(entry?.frame.events).toBe(1);
      });

      test("appends a batch as a whole, and gives its ids in order", async () => {
        const log = await openLog();
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

      test("appends nothing of a batch that has an update it can't encode, and goes on", async () => {
        const log = await openLog();
        const before = append(log, update("a", "before"));
        const torn = append(log, update("a", "1"), update("a", "2", { type: "two\nlines" }));
        const after = append(log, update("a", "after"));
        await expect(torn).rejects.toThrow(RangeError);
        await Promise.all([before, after]);
        expect((await readAll(log)).map(dataOf)).toEqual(["before", "after"]);
      });

      test("takes a batch of none", async () => {
        const log = await openLog();
        expect(await append(log)).toEqual({ outcome: "appended", ids: [] });
        expect(log.last).toBe(0);
      });

      test("hands entries to the tail in order, none twice, before the append resolves", async () => {
        const log = await openLog();
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
        await log.append({ lane: "subscriptions", events: [event("x")] });
        expect(seen.map(({ id }) => id)).toEqual((await readAll(log)).map(({ id }) => id));
        expect(seen).toHaveLength(21);
      });

      test("what the tail has can be read", async () => {
        const log = await openLog();
        const pages: Promise<Page>[] = [];
        log.tail(() => pages.push(readPage(log)));
        await append(log, update("a", "1"));
        expect((await pages[0])?.entries.map(dataOf)).toEqual(["1"]);
      });
    });

    describe("ids", () => {
      test("are URIs, differ, and are located", async () => {
        const log = await openLog();
        const ids = idsOf(await append(log, ...Array.from({ length: 100 }, () => update("a"))));
        expect(new Set(ids).size).toBe(100);
        for (const entry of await readAll(log)) {
          expect(entry.id).toMatch(/^urn:uuid:/);
          expect(await log.locate(entry.id)).toBe(entry.position);
          expect(log.cursor(entry.position)).toBe(entry.id);
        }
      });

      test("that nobody made are unknown", async () => {
        const log = await openLog();
        await append(log, update("a"));
        expect(await log.locate("urn:uuid:5e94c686-2c0b-4f9b-958c-92ccc3bbb4eb")).toBeUndefined();
        expect(await log.locate("")).toBeUndefined();
        expect(await log.locate("x".repeat(10_000))).toBeUndefined();
      });

      test("that publishers gave: the earliest that is kept counts", async () => {
        const log = await openLog({ maxUpdates: 3 });
        for (const data of ["1", "2", "3"]) await append(log, update("a", data, { id: "same" }));
        const [first, second, third] = (await readAll(log)).map(({ position }) => position);
        expect(await log.locate("same")).toBe(first);
        await append(log, update("a", "4"));
        expect(await log.locate("same")).toBe(second);
        await append(log, update("a", "5"));
        expect(await log.locate("same")).toBe(third);
        await append(log, update("a", "6"));
        expect(await log.locate("same")).toBeUndefined();
        await append(log, update("a", "7", { id: "same" }));
        expect(await log.locate("same")).toBe(log.last);
      });

      test("that the log made are located after their updates were let go, publishers' are not", async () => {
        const log = await openLog({ maxUpdates: 1 });
        const [made] = idsOf(await append(log, update("a", "1")));
        const position = log.last;
        await append(log, update("a", "2", { id: "mine" }));
        await append(log, update("a", "3"));
        expect(await log.locate(made ?? "")).toBe(position);
        expect(position).toBeLessThan(log.floor("updates"));
        expect(await log.locate("mine")).toBeUndefined();
      });

      test("that the log made stay where they were, whoever publishes them again", async () => {
        const log = await openLog({ maxUpdates: 2 });
        const [made = ""] = idsOf(await append(log, update("a", "1")));
        const position = log.last;
        await append(log, update("a", "2", { id: made }));
        expect(await log.locate(made)).toBe(position);
        await append(log, update("a", "3"), update("a", "4"), update("a", "5"));
        expect(await log.locate(made)).toBe(position);
      });

      test("for positions without an entry are located too", async () => {
        const log = await openLog();
        await append(log, update("a"), update("b"));
        expect(await log.locate(log.cursor(START))).toBe(0);
        expect(await log.locate(log.cursor(log.last))).toBe(log.last);
      });
    });

    describe("reading", () => {
      test("gives what matches, each once, in order", async () => {
        const log = await openLog();
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

      test("asks patterns, beside exact matchers too", async () => {
        const log = await openLog();
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

      test("goes on after any position", async () => {
        const log = await openLog();
        await append(log, ...Array.from({ length: 10 }, (_, index) => update("a", `${index}`)));
        const all = await readAll(log);
        for (const matchers of [[exact("a")], [EVERYTHING], [startingWith("a")]]) {
          for (const [index, { position }] of all.entries()) {
            const rest = await readAll(log, { after: position, matchers });
            expect(rest.map(({ id }) => id)).toEqual(all.slice(index + 1).map(({ id }) => id));
          }
        }
      });

      test("reaches the end where nothing more matches", async () => {
        const log = await openLog();
        await append(log, update("a"), update("b"), update("b"));
        expect((await readPage(log, { matchers: [exact("a")] })).to).toBe(log.last);
        expect((await readPage(log, { matchers: [] })).to).toBe(log.last);
        expect((await readPage(log, { lanes: [] })).to).toBe(log.last);
        expect((await readPage(log, { after: log.last })).to).toBe(log.last);
      });

      test("ends a page before it is over its bytes, but gives at least one entry", async () => {
        const log = await openLog();
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

      test("takes a few milliseconds at most for what it does not return", async () => {
        const log = await openLog();
        await append(log, ...Array.from({ length: 1_000 }, () => update("a")), update("b"));
        const slow: Matcher = {
          ...startingWith("b"),
          matches: (other) => {
            timers.advance(1);
            return other.startsWith("b");
          },
        };
        const page = await readPage(log, { matchers: [slow] });
        expect(page.entries).toEqual([]);
        expect(page.to).toBeGreaterThan(0);
        expect(page.to).toBeLessThan(log.last);
        expect(await readAll(log, { matchers: [slow] })).toHaveLength(1);
      });

      test("gives one lane or both, in one order", async () => {
        const log = await openLog();
        for (let index = 0; index < 5; index += 1) {
          await append(log, update("a", `u${index}`));
          await log.append({ lane: "subscriptions", events: [event("s", true, `s${index}`)] });
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

      test("makes subscription events private, and of the protocol's type", async () => {
        const log = await openLog();
        await log.append({ lane: "subscriptions", events: [event("x", true, '{"a":1}')] });
        const [entry] = await readAll(log, { lanes: ["subscriptions"] });
        expect(entry).toMatchObject({ private: true, lane: "subscriptions" });
        expect(entry && textOf(entry)).toBe(`id:${entry?.id}\nevent:mercure\ndata:{"a":1}\n\n`);
      });

      test("gives bytes that no later read changes", async () => {
        const log = await openLog();
        await append(log, update("a", "x".repeat(500)), update("b", "y".repeat(500)));
        const [a] = await readAll(log, { matchers: [exact("a")] });
        const before = a && textOf(a);
        await readAll(log, { matchers: [exact("b")] });
        expect(a && textOf(a)).toBe(before);
      });
    });

    describe("retention", () => {
      test("keeps the newest by number, and its floor says what is gone", async () => {
        const log = await openLog({ maxUpdates: 3 });
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

      test("keeps the newest of one batch that is larger than all that is kept", async () => {
        const log = await openLog({ maxUpdates: 3 });
        await append(log, ...Array.from({ length: 10 }, (_, index) => update("a", `${index}`)));
        expect((await readAll(log)).map(dataOf)).toEqual(["7", "8", "9"]);
      });

      test("keeps none where none may be kept", async () => {
        const log = await openLog({ maxUpdates: 0 });
        const seen: Entry[] = [];
        log.tail((entries) => seen.push(...entries));
        const [id = ""] = idsOf(await append(log, update("a", "1")));
        expect(seen).toHaveLength(1);
        expect(await readAll(log)).toEqual([]);
        expect(log.floor("updates")).toBe(log.last);
        expect(await log.locate(id)).toBe(log.last);
      });

      test("keeps the newest by bytes of frames", async () => {
        const log = await openLog({ maxBytes: 3_300 });
        for (let index = 0; index < 6; index += 1) {
          await append(log, update("a", `${index}${"x".repeat(1_000)}`));
        }
        expect((await readAll(log)).map((entry) => dataOf(entry)[0])).toEqual(["3", "4", "5"]);
      });

      test("lets go of what is over its age when it is told to", async () => {
        const log = await openLog({ maxAgeMs: 1_000 });
        await append(log, update("a", "1"), update("b", "2"));
        const second = log.last;
        timers.advance(600);
        await append(log, update("a", "3"));
        timers.advance(400);
        await log.trim();
        expect((await readAll(log)).map(dataOf)).toEqual(["1", "2", "3"]);
        timers.advance(1);
        await log.trim();
        expect((await readAll(log)).map(dataOf)).toEqual(["3"]);
        expect(log.floor("updates")).toBe(second);
        timers.advance(1_000);
        await log.trim();
        expect(await readAll(log)).toEqual([]);
        expect(log.floor("updates")).toBe(log.last);
      });

      test("lets go while appends keep coming", async () => {
        const log = await openLog({ maxAgeMs: 1_000 });
        await append(log, ...Array.from({ length: 3_000 }, () => update("a", "old")));
        timers.advance(1_001);
        let isTrimming = true;
        const appending = (async () => {
          for (let index = 0; isTrimming; index += 1) await append(log, update("a", `${index}`));
        })();
        await log.trim();
        isTrimming = false;
        await appending;
        expect((await readAll(log)).map(dataOf)).not.toContain("old");
      });

      test("hides no gap: who looks at the floor and then reads misses nothing", async () => {
        const log = await openLog({ maxUpdates: 30 });
        let isAppending = true;
        const appending = (async () => {
          for (let index = 0; index < 1_000; index += 20) {
            const many = Array.from({ length: 20 }, (_, offset) =>
              update("a", `${index + offset}`),
            );
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

      test("keeps lanes apart", async () => {
        const log = await openLog({ maxUpdates: 2, maxAgeMs: 1_000 });
        await log.append({ lane: "subscriptions", events: [event("x"), event("y")] });
        await append(log, ...Array.from({ length: 5 }, (_, index) => update("a", `${index}`)));
        timers.advance(5_000);
        await log.trim();
        expect(await readAll(log, { lanes: ["updates"] })).toEqual([]);
        expect(await readAll(log, { lanes: ["subscriptions"] })).toHaveLength(2);
        expect(log.floor("subscriptions")).toBe(0);
        const { maxUpdates } = SUBSCRIPTIONS_RETENTION;
        for (let round = 0; round < 11; round += 1) {
          const events = Array.from({ length: maxUpdates / 10 }, () => event("x"));
          await log.append({ lane: "subscriptions", events });
        }
        expect(await readAll(log, { lanes: ["subscriptions"] })).toHaveLength(maxUpdates);
        expect(log.floor("subscriptions")).toBeGreaterThan(0);
      });
    });

    describe("receipts", () => {
      const receipt = (key: string, rest: Partial<Receipt> = {}): Receipt => ({
        publisher: "p",
        key,
        bodyHash: "h",
        ...rest,
      });
      const send = (log: Log, receipt: Receipt, ...updates: Update[]) =>
        log.append({ lane: "updates", updates, receipt });

      test("make a repeated request harmless, and give it its ids again", async () => {
        const log = await openLog();
        const updates = [update("a", "1"), update("a", "2", { id: "mine" })];
        const first = await send(log, receipt("k"), ...updates);
        expect(first.outcome).toBe("appended");
        const second = await send(log, receipt("k"), ...updates);
        expect(second).toEqual({ outcome: "repeated", ids: idsOf(first) });
        expect(await readAll(log)).toHaveLength(2);
      });

      test("with another body are a conflict", async () => {
        const log = await openLog();
        await send(log, receipt("k"), update("a"));
        const other = await send(log, receipt("k", { bodyHash: "other" }), update("b"));
        expect(other).toEqual({ outcome: "conflict" });
        expect(await readAll(log)).toHaveLength(1);
      });

      test("count in one turn too: of many the first is appended", async () => {
        const log = await openLog();
        const all = await Promise.all([
          send(log, receipt("k"), update("a", "1")),
          send(log, receipt("k"), update("a", "1")),
          send(log, receipt("k", { bodyHash: "other" }), update("a", "1")),
        ]);
        expect(all.map(({ outcome }) => outcome)).toEqual(["appended", "repeated", "conflict"]);
        expect(all[0] && all[1] && idsOf(all[1])).toEqual(all[0] && idsOf(all[0]));
        expect(await readAll(log)).toHaveLength(1);
      });

      test("of different publishers never meet", async () => {
        const log = await openLog();
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

      test("are forgotten when they are over their age", async () => {
        const log = await openLog();
        await send(log, receipt("k"), update("a"));
        timers.advance(RECEIPTS.maxAgeMs);
        expect((await send(log, receipt("k"), update("a"))).outcome).toBe("repeated");
        timers.advance(1);
        expect((await send(log, receipt("k"), update("a"))).outcome).toBe("appended");
        // Whose time counts anew.
        timers.advance(RECEIPTS.maxAgeMs);
        await log.trim();
        expect((await send(log, receipt("k"), update("a"))).outcome).toBe("repeated");
      });

      test("are kept in a bounded number, the newest", async () => {
        const log = await openLog({ maxUpdates: 10 });
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

    describe("closing", () => {
      test("waits for appends under way, and takes no more", async () => {
        const log = await openLog();
        const underWay = append(log, update("a", "1"));
        let isDone = false;
        void underWay.then(() => {
          isDone = true;
        });
        await log.close();
        expect(isDone).toBe(true);
        await expect(append(log, update("a"))).rejects.toMatchObject({ code: "log:unavailable" });
        await expect(readPage(log)).rejects.toMatchObject({ code: "log:unavailable" });
        await log.close();
        await log.trim();
      });

      test("leaves no timer", async () => {
        const log = await openLog();
        await append(log, update("a"));
        await log.close();
        expect(timers.open).toBe(0);
      });

      test("ends no order: ids that were made are never made again", async () => {
        const ids = new Set<string>();
        for (let round = 0; round < 3; round += 1) {
          const log = await openLog();
          const made = idsOf(await append(log, update("a"), update("a"), update("a")));
          for (const id of made) ids.add(id);
          await log.close();
        }
        expect(ids.size).toBe(9);
      });

      test.runIf(isDurable)("keeps everything for who opens it again", async () => {
        const first = await openLog({ maxUpdates: 5 });
        const updates = Array.from({ length: 6 }, (_, index) => update(["a", "b"], `${index}`));
        await append(first, ...updates);
        await append(first, update("a", "own", { id: "mine" }));
        const receipt = { publisher: "p", key: "k", bodyHash: "h" };
        const sent = await first.append({ lane: "updates", updates: [update("c", "r")], receipt });
        const entries = await readAll(first);
        const { last } = first;
        const floor = first.floor("updates");
        const position = await first.locate("mine");
        await first.close();

        const second = await openLog({ maxUpdates: 5 });
        expect(second.last).toBe(last);
        expect(second.floor("updates")).toBe(floor);
        expect(await readAll(second)).toEqual(entries);
        expect(await readAll(second, { matchers: [exact("b")] })).toHaveLength(3);
        expect(await second.locate("mine")).toBe(position);
        expect(await second.locate(entries[0]?.id ?? "")).toBe(entries[0]?.position);
        expect(await second.append({ lane: "updates", updates: [update("c")], receipt })).toEqual({
          outcome: "repeated",
          ids: idsOf(sent),
        });
        await append(second, update("a", "next"));
        expect(second.last).toBeGreaterThan(last);
        expect((await readAll(second)).at(-1)?.position).toBe(second.last);
      });

      test.runIf(isDurable)("tells who opens it again what was left active", async () => {
        const first = await openLog();
        await first.append({
          lane: "subscriptions",
          events: [event("x", true, "x1"), event("y"), event("z")],
        });
        await first.append({
          lane: "subscriptions",
          events: [event("y", false), event("x", true, "x2"), event("never", false)],
        });
        expect(first.leftActive()).toEqual([]);
        await first.close();
        const second = await openLog();
        expect(second.leftActive()).toEqual([event("x", true, "x2"), event("z")]);
        await second.append({
          lane: "subscriptions",
          events: [event("x", false), event("z", false)],
        });
        await second.close();
        expect((await openLog()).leftActive()).toEqual([]);
      });
    });
  });
}
