import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StreamEvent } from "../base/feed.ts";
import { EventParser } from "./event-parser.ts";

function read(pieces: readonly string[], id = "") {
  const events: StreamEvent[] = [];
  const retries: number[] = [];
  const parser = new EventParser(id, {
    onEvent: (event) => events.push(event),
    onRetry: (ms) => retries.push(ms),
  });
  for (const piece of pieces) parser.feed(piece);
  return { events, retries };
}

test("an id without data becomes the id of the next event without one", () => {
  const { events } = read(["id:1\n\n", "event:runnel:heartbeat\ndata:15\n\n"]);
  expect(events).toEqual([{ id: "1", type: "runnel:heartbeat", data: "15" }]);
});

test("the id that a stream resumes after stays its id until another id comes", () => {
  expect(read(["data:a\n\nid:8\ndata:b\n\ndata:c\n\n"], "7").events.map(({ id }) => id)).toEqual([
    "7",
    "8",
    "8",
  ]);
});

const LINE = fc.oneof(
  fc.constantFrom(
    "data:",
    "data",
    "data: a",
    "data:  b",
    "event:tick",
    "event:",
    "id:7",
    ":",
    "",
    "",
    "x:y",
    "retry:12",
    "retry:x",
  ),
  fc.string({ maxLength: 8 }).map((text) => `data:${text.replace(/[\r\n\uFEFF]/g, "")}`),
);
const END = fc.constantFrom("\n", "\r\n", "\r");

test("the parser returns the same events as another parser, wherever the stream is cut into pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(LINE, END), { maxLength: 30 }),
      fc.array(fc.nat(200), { maxLength: 12 }),
      (lines, cuts) => {
        // A comment line follows the last line break. A CR at the very end may be half of a line end, and parsers differ on whether to
        // wait.
        const text = `${lines.map((line) => line.join("")).join("")}:\n`;
        const at = [
          0,
          ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b),
          text.length,
        ];
        const pieces = at.slice(1).map((to, i) => text.slice(at[i], to));
        const expected: unknown[] = [];
        const retries: number[] = [];
        const other = createParser({
          onEvent: ({ event = "message", data }) => expected.push({ type: event, data }),
          onRetry: (ms) => retries.push(ms),
        });
        other.feed(text);
        const found = read(pieces);
        expect(found.events.map(({ type, data }) => ({ type, data }))).toEqual(expected);
        expect(found.retries).toEqual(retries);
      },
    ),
  );
});

test("parsing a line in many small pieces costs no more than its length", () => {
  const piece = "x".repeat(1_000);
  const { events } = read(["data:", ...new Array<string>(10_000).fill(piece), "\n\n"]);
  expect(events[0]?.data).toHaveLength(10_000_000);
});

test.each([
  ["a line", "data:"],
  ["an event of many lines", "data:x\ndata:"],
])("%s without end is an error, and is not buffered for ever", (_, start) => {
  const parser = new EventParser("", { onEvent: () => {}, onRetry: () => {} });
  const piece = start.includes("\n") ? `${"x".repeat(2 ** 20)}\ndata:` : "x".repeat(2 ** 20);
  parser.feed(start);
  expect(() => {
    for (let i = 0; i < 100; i += 1) parser.feed(piece);
  }).toThrow(RangeError);
});
