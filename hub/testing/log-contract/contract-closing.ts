import { describe, expect, test } from "vitest";
import { type Log, START } from "../../log/log.ts";
import {
  append,
  appendEvents,
  dataOf,
  event,
  exact,
  idsOf,
  readAll,
  readPage,
  update,
} from "../updates.ts";
import type { Bench } from "./contract.ts";

/** Tests the state that a closed log leaves. Every log MUST pass. */
export function describeClosing(bench: Bench): void {
  describe("closing", () => {
    test("closing waits for pending appends, and later appends are rejected", async () => {
      const log = await bench.openLog();
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

    test("closing leaves no timer", async () => {
      const log = await bench.openLog();
      await append(log, update("a"));
      await log.close();
      expect(bench.timers.open).toBe(0);
    });

    test("ids are never made twice, even by a log that is opened again", async () => {
      const ids = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        const log = await bench.openLog();
        const made = idsOf(await append(log, update("a"), update("a"), update("a")));
        for (const id of made) ids.add(id);
        await log.close();
      }
      expect(ids.size).toBe(9);
    });

    test.runIf(bench.isDurable)(
      "a log that is opened again has all its entries, ids and receipts",
      async () => {
        const first = await bench.openLog({ maxUpdates: 5 });
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

        const second = await bench.openLog({ maxUpdates: 5 });
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
      },
    );

    test.runIf(bench.isDurable)(
      "the records of subscribers that were left active are available after the next start",
      async () => {
        const change = (log: Log, subscriber: string, record?: string) =>
          appendEvents(log, [event(`${subscriber}1`), event(`${subscriber}2`)], {
            active: { subscriber, record },
          });
        const first = await bench.openLog();
        await Promise.all([
          change(first, "x", "x1"),
          change(first, "y", "y"),
          change(first, "z", "z"),
        ]);
        await change(first, "y");
        await change(first, "x", "x2");
        await change(first, "never");
        expect(first.leftActive()).toEqual([]);
        await first.close();
        const second = await bench.openLog();
        expect([...second.leftActive()].sort()).toEqual(["x2", "z"]);
        await Promise.all([change(second, "x"), change(second, "z")]);
        await second.close();
        expect((await bench.openLog()).leftActive()).toEqual([]);
      },
    );

    test.runIf(bench.isDurable)(
      "volatile events are lost and nothing else, their positions are not reused, and completeAfter shows the gap",
      async () => {
        const ids = new Set<string>();
        let last: number = START;
        for (let round = 0; round < 3; round += 1) {
          const log = await bench.openLog();
          expect(log.last).toBeGreaterThanOrEqual(last);
          last = log.last;
          // Ids from before the restart are located before `completeAfter`, so their readers learn that events are missing.
          for (const id of ids) {
            expect(await log.locate(id)).toBeLessThan(log.completeAfter("subscriptions"));
          }
          const durable = await readAll(log, { lanes: ["subscriptions"] });
          expect(durable.map(dataOf)).toEqual(["d0", "d1", "d2"].slice(0, round));
          const made = [
            await append(log, update("a", `${round}`)),
            await appendEvents(log, [event("v")], { volatile: true }),
            await appendEvents(log, [event("d", `d${round}`)]),
            await appendEvents(log, [event("w"), event("x")], { volatile: true }),
          ].flatMap(idsOf);
          for (const id of made) {
            expect(ids.has(id)).toBe(false);
            expect(await log.locate(id)).toBeGreaterThan(last);
            ids.add(id);
          }
          last = log.last;
          await log.close();
        }
        const log = await bench.openLog();
        expect((await readAll(log, { lanes: ["updates"] })).map(dataOf)).toEqual(["0", "1", "2"]);
        expect(log.completeAfter("updates")).toBe(0);
      },
    );

    test.runIf(bench.isDurable)(
      "a log without volatile events is complete after a restart, and its positions continue",
      async () => {
        const first = await bench.openLog();
        await appendEvents(first, [event("x"), event("y")]);
        const { last } = first;
        await first.close();
        const second = await bench.openLog();
        expect(second.last).toBe(last);
        expect(second.completeAfter("subscriptions")).toBe(0);
        expect(await readAll(second, { lanes: ["subscriptions"] })).toHaveLength(2);
      },
    );
  });
}
