import { expect, test } from "vitest";
import type { Entry } from "../../../client/base/snapshot.ts";
import { ndjson } from "./ndjson.ts";

const entry = (key: number, more: Partial<Entry>): Entry => ({
  key,
  kind: "message",
  text: "",
  omitted: 0,
  at: Date.UTC(2026, 0, 2),
  ...more,
});

test("each event is written on one line, whatever its data, and entries about the connection are left out", () => {
  const text = ndjson([
    entry(0, { kind: "open", text: "Connection open ..." }),
    entry(1, { id: "a", text: "two\nlines" }),
    entry(2, { type: "book", text: '{"a":1}' }),
    entry(3, { kind: "gap" }),
  ]).join("");
  expect(text.endsWith("\n")).toBe(true);
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { id: "a", type: "message", data: "two\nlines", at: "2026-01-02T00:00:00.000Z" },
    { type: "book", data: '{"a":1}', at: "2026-01-02T00:00:00.000Z" },
  ]);
});

test("very many events are written in parts, and none as no part", () => {
  const parts = ndjson(Array.from({ length: 5_001 }, (_, key) => entry(key, {})));
  expect(parts.length).toBe(3);
  expect(parts.join("").split("\n")).toHaveLength(5_002);
  expect(ndjson([])).toEqual([]);
});
