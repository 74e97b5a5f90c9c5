import fc from "fast-check";
import { expect, test } from "vitest";
import type { Item } from "./item.ts";
import { Ring } from "./item-ring.ts";

const event = (id: string, data = ""): Item => ({ kind: "event", id, type: "message", data });

test("a ring returns the items after an id, or after a position of a leader's sequence", () => {
  const ring = new Ring({ items: 10, characters: 1_000 });
  ring.clear("0");
  for (const seq of [1, 2, 3]) ring.push(event(`${seq}`), { term: "t", seq });
  ring.push({ kind: "gap" });
  const all = ring.toArray();
  expect(ring.afterId("0")).toEqual(all);
  expect(ring.afterId("2")).toEqual(all.slice(2));
  expect(ring.afterMark({ term: "t", seq: 0 })).toEqual(all);
  expect(ring.afterMark({ term: "t", seq: 1 })).toEqual(all.slice(1));
  expect(ring.afterMark({ term: "t", seq: 3 })).toEqual(all.slice(3));
  expect(ring.afterId("9")).toBeUndefined();
  expect(ring.afterId("")).toBeUndefined();
  expect(ring.afterMark({ term: "u", seq: 1 })).toBeUndefined();
});

test("a ring keeps the newest items without a hole, within its bounds, and the id before them, whatever is pushed", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 });
  fc.assert(
    fc.property(lengths, (sizes) => {
      const ring = new Ring({ items: 10, characters: 200 });
      ring.clear("base");
      const all = sizes.map((size, index) => event(`${index}`, "x".repeat(size)));
      for (const item of all) ring.push(item);
      const kept = ring.toArray();
      expect(kept).toEqual(all.slice(all.length - kept.length));
      expect(kept.length).toBeLessThanOrEqual(12);
      expect(JSON.stringify(kept.map((item) => Object.values(item).slice(1))).length).toBeLessThan(
        200 + kept.length * 12 + 2,
      );
      const before = all[all.length - kept.length - 1];
      expect(ring.base).toBe(before?.kind === "event" ? before.id : "base");
      expect(ring.afterId(ring.base)).toEqual(kept);
    }),
  );
});

test("an item that is larger than the ring's bounds is removed, and its id is kept", () => {
  const ring = new Ring({ items: 10, characters: 100 });
  ring.push(event("1"));
  ring.push(event("2", "x".repeat(1_000)));
  expect(ring.toArray()).toEqual([]);
  expect(ring.base).toBe("2");
});
