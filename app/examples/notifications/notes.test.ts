import { expect, test } from "vitest";
import { KEPT, type Note, reduce } from "./notes.ts";

const note = (id: string) => ({ id, value: { from: "ann", text: `note ${id}` } });
const read = (readUpTo: string) => ({ id: `after ${readUpTo}`, value: { readUpTo } });
const none: readonly Note[] = [];
const unread = (notes: readonly Note[]) =>
  notes.filter(({ isRead }) => !isRead).map(({ id }) => id);

test("a note is unread until all up to it, or to a later one, is read", () => {
  const three = [note("1"), note("2"), note("3")].reduce(reduce, none);
  expect(unread(three)).toEqual(["1", "2", "3"]);
  expect(unread(reduce(three, read("2")))).toEqual(["3"]);
  // Another tab, which has shown fewer notes, publishes later.
  expect(unread([read("2"), read("1")].reduce(reduce, three))).toEqual(["3"]);
});

test("what is read up to a note that is not kept is older than all that are", () => {
  expect(unread([note("2"), read("1")].reduce(reduce, none))).toEqual(["2"]);
});

test("the newest are kept", () => {
  const ids = Array.from({ length: KEPT + 1 }, (_, index) => String(index));
  const notes = ids.map(note).reduce(reduce, none);
  expect(notes.map(({ id }) => id)).toEqual(ids.slice(1));
});
