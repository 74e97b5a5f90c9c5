import { expect, test } from "vitest";
import { KEPT, type Note, reduce } from "./notes.ts";

const note = (id: string) => ({ id, value: { from: "ann", text: `note ${id}` } });
const read = (readUpTo: string) => ({ id: `after ${readUpTo}`, value: { readUpTo } });
const none: readonly Note[] = [];
const unread = (notes: readonly Note[]) =>
  notes.filter(({ isRead }) => !isRead).map(({ id }) => id);

test("a note is unread until it, or a later note, is marked as read", () => {
  const three = [note("1"), note("2"), note("3")].reduce(reduce, none);
  expect(unread(three)).toEqual(["1", "2", "3"]);
  expect(unread(reduce(three, read("2")))).toEqual(["3"]);
  // Another tab, which has shown fewer notes, publishes later.
  expect(unread([read("2"), read("1")].reduce(reduce, three))).toEqual(["3"]);
});

test("a read mark for a note that is no longer kept marks no kept note as read", () => {
  expect(unread([note("2"), read("1")].reduce(reduce, none))).toEqual(["2"]);
});

test("only the newest notes are kept", () => {
  const ids = Array.from({ length: KEPT + 1 }, (_, index) => String(index));
  const notes = ids.map(note).reduce(reduce, none);
  expect(notes.map(({ id }) => id)).toEqual(ids.slice(1));
});
