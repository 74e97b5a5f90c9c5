import { describe, expect, test } from "vitest";
import type { Bench } from "./contract.ts";
import { append, event, exact, idsOf, readAll, readPage, update } from "./testing.ts";

/** What is left behind: of every log. */
export function describeClosing(bench: Bench): void {
  describe("closing", () => {
    test("waits for appends under way, and takes no more", async () => {
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

    test("leaves no timer", async () => {
      const log = await bench.openLog();
      await append(log, update("a"));
      await log.close();
      expect(bench.timers.open).toBe(0);
    });

    test("ends no order: ids that were made are never made again", async () => {
      const ids = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        const log = await bench.openLog();
        const made = idsOf(await append(log, update("a"), update("a"), update("a")));
        for (const id of made) ids.add(id);
        await log.close();
      }
      expect(ids.size).toBe(9);
    });

    test.runIf(bench.isDurable)("keeps everything for who opens it again", async () => {
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
    });

    test.runIf(bench.isDurable)("tells who opens it again what was left active", async () => {
      const first = await bench.openLog();
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
      const second = await bench.openLog();
      expect(second.leftActive()).toEqual([event("x", true, "x2"), event("z")]);
      await second.append({
        lane: "subscriptions",
        events: [event("x", false), event("z", false)],
      });
      await second.close();
      expect((await bench.openLog()).leftActive()).toEqual([]);
    });
  });
}
