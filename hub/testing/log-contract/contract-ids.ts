import { describe, expect, test } from "vitest";
import { START } from "../../log/log.ts";
import { append, idsOf, readAll, update } from "../updates.ts";
import type { Bench } from "./contract.ts";

/** Tests how a log makes and locates ids. Every log MUST pass. */
export function describeIds(bench: Bench): void {
  describe("ids", () => {
    test("are different URIs, and are located", async () => {
      const log = await bench.openLog();
      const ids = idsOf(await append(log, ...Array.from({ length: 100 }, () => update("a"))));
      expect(new Set(ids).size).toBe(100);
      for (const entry of await readAll(log)) {
        expect(entry.id).toMatch(/^urn:uuid:/);
        expect(await log.locate(entry.id)).toBe(entry.position);
        expect(log.cursor(entry.position)).toBe(entry.id);
      }
    });

    test("that were never made are unknown", async () => {
      const log = await bench.openLog();
      await append(log, update("a"));
      expect(await log.locate("urn:uuid:5e94c686-2c0b-4f9b-958c-92ccc3bbb4eb")).toBeUndefined();
      expect(await log.locate("")).toBeUndefined();
      expect(await log.locate("x".repeat(10_000))).toBeUndefined();
    });

    test("that several updates share are located at the earliest kept update", async () => {
      const log = await bench.openLog({ maxUpdates: 3 });
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

    test("that the log made are located after their updates were removed, but publishers' ids are not", async () => {
      const log = await bench.openLog({ maxUpdates: 1 });
      const [made] = idsOf(await append(log, update("a", "1")));
      const position = log.last;
      await append(log, update("a", "2", { id: "mine" }));
      await append(log, update("a", "3"));
      expect(await log.locate(made ?? "")).toBe(position);
      expect(position).toBeLessThan(log.floor("updates"));
      expect(await log.locate("mine")).toBeUndefined();
    });

    test("that the log made keep their position when a publisher uses them again", async () => {
      const log = await bench.openLog({ maxUpdates: 2 });
      const [made = ""] = idsOf(await append(log, update("a", "1")));
      const position = log.last;
      await append(log, update("a", "2", { id: made }));
      expect(await log.locate(made)).toBe(position);
      await append(log, update("a", "3"), update("a", "4"), update("a", "5"));
      expect(await log.locate(made)).toBe(position);
    });

    test("that are cursors of positions without an entry are located too", async () => {
      const log = await bench.openLog();
      await append(log, update("a"), update("b"));
      expect(await log.locate(log.cursor(START))).toBe(0);
      expect(await log.locate(log.cursor(log.last))).toBe(log.last);
    });
  });
}
