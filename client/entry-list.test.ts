import fc from "fast-check";
import { expect, test } from "vitest";
import { EntryList } from "./entry-list.ts";

const add = (list: EntryList<unknown>, text: string) => list.add({ kind: "message", text, at: 0 });
const seen = (list: EntryList<unknown>) => list.view().entries.map(({ text }) => text);

test("a list keeps the newest entries within both bounds, whatever is added, and counts the removed ones", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.string({ maxLength: 8 }), { maxLength: 60 }),
      (entries, characters, texts) => {
        const list = new EntryList({ entries, characters });
        let expected: string[] = [];
        let dropped = 0;
        for (const text of texts) {
          add(list, text);
          expected.push(text.slice(0, characters));
          while (
            expected.length > entries ||
            (expected.length > 1 && expected.join("").length > characters)
          ) {
            expected = expected.slice(1);
            dropped += 1;
          }
          // A cut text does not end with half of a character.
          expect(seen(list).map((each) => each.length)).toEqual(
            expected.map((each) => each.replace(/[\uD800-\uDBFF]$/, "").length),
          );
          expect(list.view().dropped).toBe(dropped);
        }
      },
    ),
  );
});

test("a view is not changed by later entries, and is the same object until one is added", () => {
  const list = new EntryList({ entries: 2 });
  add(list, "one");
  const { entries } = list.view();
  expect(list.view().entries).toBe(entries);
  for (const text of ["two", "three", "four", "five"]) add(list, text);
  expect(entries.map(({ text }) => text)).toEqual(["one"]);
  expect(seen(list)).toEqual(["four", "five"]);
});

test("a type is cut to its limit, whatever a server calls its events", () => {
  const list = new EntryList<unknown>();
  list.add({ kind: "message", text: "", at: 0, type: "t".repeat(1_000_000) });
  expect(list.view().entries[0]?.type).toHaveLength(200);
});

test("with a bound for all characters an id is whole, since a reader can resume after it, and without one it is cut", () => {
  const id = "i".repeat(500);
  for (const [keep, length] of [
    [{ entries: 10, characters: 100_000 }, 500],
    [{ entries: 10 }, 200],
  ] as const) {
    const list = new EntryList(keep);
    list.add({ kind: "message", text: "", at: 0, id });
    expect(list.view().entries[0]?.id).toHaveLength(length);
  }
});

test("with a bound for all characters a text is whole", () => {
  const list = new EntryList({ entries: 10, characters: 100_000 });
  add(list, "x".repeat(50_000));
  expect(list.view().entries[0]).toMatchObject({ omitted: 0 });
  add(list, "y".repeat(60_000));
  expect(list.view().entries.map(({ text }) => text[0])).toEqual(["y"]);
});

test("removed entries are freed, so that memory has at most half as much again as the visible entries", () => {
  const list = new EntryList({ entries: 1_000, characters: 10_000 });
  for (let i = 0; i < 5_000; i += 1) add(list, "x".repeat(100));
  expect(list.size).toBeLessThanOrEqual(151);
});

test("adding to 100,000 entries with a view in each frame takes a small part of a frame", () => {
  const list = new EntryList({ entries: 100_000, characters: 2 ** 26 });
  for (let i = 0; i < 110_000; i += 1) add(list, `event ${i}`);
  const { user } = process.cpuUsage();
  const frames = 50;
  for (let frame = 0; frame < frames; frame += 1) {
    for (let i = 0; i < 100; i += 1) add(list, `event ${i}`);
    expect(list.view().entries.length).toBe(100_000);
  }
  const ms = (process.cpuUsage().user - user) / 1_000 / frames;
  expect(ms).toBeLessThan(5);
}, 30_000);
