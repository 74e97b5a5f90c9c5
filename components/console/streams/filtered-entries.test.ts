import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../../../client/base/snapshot.ts";
import { FilteredEntries } from "./filtered-entries.ts";

function entry(key: number, text: string, more: Partial<Entry> = {}): Entry {
  return { key, kind: "message", text, omitted: 0, at: 0, ...more };
}

const texts = (filtered: FilteredEntries) => filtered.toArray().map(({ text }) => text);

test("an entry is found by its data, type or id, in any case, and the query has no special characters", () => {
  const all = [
    entry(0, '{"title":"Nineteen [Eighty-Four]"}'),
    entry(1, "b", { type: "book.Updated" }),
    entry(2, "c", { id: "urn:uuid:42" }),
    entry(3, "Äpfel"),
  ];
  for (const [query, found] of [
    ["[eighty-four]", [0]],
    ["BOOK.UPDATED", [1]],
    [".", [1]],
    ["uuid:42", [2]],
    ["äpfel", [3]],
    ["", [0, 1, 2, 3]],
    ["absent", []],
  ] as const) {
    const filtered = new FilteredEntries(query);
    expect(filtered.update(all, 1_000)).toBe(true);
    expect(
      filtered.toArray().map(({ key }) => key),
      query,
    ).toEqual(found);
  }
});

test("the filter finds the same entries as a search of the whole list, however the list grows and is trimmed", () => {
  const step = fc.record({
    add: fc.array(fc.constantFrom("a", "b", "ab"), { maxLength: 20 }),
    drop: fc.nat(15),
  });
  fc.assert(
    fc.property(fc.array(step), fc.constantFrom("", "a", "b"), (steps, query) => {
      const filtered = new FilteredEntries(query);
      let all: Entry[] = [];
      let added = 0;
      let before: Entry[] = [];
      let removed = filtered.removed;
      for (const { add, drop } of steps) {
        all = [...all, ...add.map((text) => entry(added++, text))].slice(drop);
        filtered.update(all, 1_000);
        const wanted = all.filter(({ text }) => text.includes(query));
        expect(filtered.toArray()).toEqual(wanted);
        expect(filtered.length).toBe(wanted.length);
        expect(filtered.at(0)).toBe(wanted[0]);
        if (wanted.length > 0 && before.length > 0) {
          const gone = before.filter((each) => !wanted.includes(each)).length;
          if (gone < before.length) expect(filtered.removed - removed).toBe(gone);
        }
        before = wanted;
        removed = filtered.removed;
      }
    }),
  );
});

test("the filter reads each entry once, and stops when its time is over", () => {
  let looked = 0;
  let clock = 0;
  const all = Array.from({ length: 100_000 }, (_, key) => ({
    ...entry(key, ""),
    get text() {
      looked += 1;
      return key % 2 === 0 ? "even" : "odd";
    },
  }));
  const filtered = new FilteredEntries("even", () => clock++);
  let rounds = 0;
  while (!filtered.update(all, 10)) rounds += 1;
  expect(rounds).toBeGreaterThan(50);
  expect(filtered.length).toBe(50_000);
  expect(looked).toBe(100_000);
  filtered.update(all, 10);
  expect(looked).toBe(100_000);
  expect(texts(filtered).length).toBe(50_000);
});
