import fc from "fast-check";
import { expect, test } from "vitest";
import { PrefixTree } from "./prefix-tree.ts";

const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 6 });

test("a prefix tree finds the values of each key that a text begins with, after any additions and deletions", () => {
  const step = fc.record({ adds: fc.boolean(), key: text, value: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(text), (steps, texts) => {
      const tree = new PrefixTree<number>();
      const kept = new Set<string>();
      for (const { adds, key, value } of steps) {
        if (adds) tree.add(key, value);
        else tree.delete(key, value);
        if (adds) kept.add(`${key} ${value}`);
        else kept.delete(`${key} ${value}`);
      }
      for (const each of ["", ...texts]) {
        const expected = [...kept]
          .map((pair) => pair.split(" "))
          .filter(([key]) => each.startsWith(key ?? ""))
          .map(([, value]) => Number(value));
        expect([...tree.find(each)].sort()).toEqual(expected.sort());
      }
    }),
  );
});

test("a prefix tree keeps no node of a deleted key", () => {
  const tree = new PrefixTree<number>();
  const keys = ["https://a/1", "https://a/12", "https://a/2", "https://b", "", "x"];
  for (const key of keys) tree.add(key, 1);
  for (const key of keys) tree.delete(key, 1);
  expect(tree.isEmpty).toBe(true);
});
