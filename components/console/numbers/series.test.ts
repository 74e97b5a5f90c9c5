import { expect, test } from "vitest";
import type { NumbersDocument } from "../../../hub/stats/numbers.ts";
import { parseNumbers } from "./parse-numbers.ts";
import { addSecond, columns, most, NO_NUMBERS, type Series, WINDOW_MS } from "./series.ts";

const T0 = 1_800_000_000_000;

function numbers(at: number, more: Partial<NumbersDocument> = {}): NumbersDocument {
  return {
    at,
    uptimeSeconds: 1,
    connections: 1,
    audiences: 1,
    lagging: 0,
    subscriptions: 0,
    waiting: 0,
    published: 0,
    delivered: 0,
    bytes: 0,
    replayed: 0,
    refused: 0,
    lagged: 0,
    gaps: 0,
    deliveryMs: null,
    appendMs: null,
    loopDelayMs: { p50: 0, p99: 1 },
    rssBytes: 1,
    heapBytes: 1,
    cpu: 0,
    ...more,
  };
}

const series = (...documents: readonly NumbersDocument[]): Series =>
  documents.reduce(addSecond, NO_NUMBERS);
const connections = ({ numbers: { connections: n } }: Series["seconds"][number]) => n;

test("counts are added up from the first document on", () => {
  const { totals, since } = series(
    numbers(T0, { published: 3, delivered: 6, refused: 1 }),
    numbers(T0 + 1_000, { published: 4, delivered: 8, lagged: 2, gaps: 1, replayed: 5 }),
  );
  expect(totals).toEqual({
    published: 7,
    delivered: 14,
    replayed: 5,
    refused: 1,
    lagged: 2,
    gaps: 1,
  });
  expect(since).toBe(T0);
});

test("a rate uses the measured length of the second, or one second if that is not known", () => {
  const { seconds } = series(numbers(T0), numbers(T0 + 2_000), numbers(T0 + 9_000));
  expect(seconds.map((each) => each.seconds)).toEqual([1, 2, 1]);
});

test("only five minutes are kept, however long the stream lasts", () => {
  const documents = Array.from({ length: 900 }, (_, i) => numbers(T0 + i * 1_000));
  const { seconds, since } = series(...documents);
  expect(seconds).toHaveLength(WINDOW_MS / 1_000 + 1);
  expect(seconds[0]?.numbers.at).toBe(T0 + 599_000);
  expect(since).toBe(T0);
});

test("a clock that is set back starts a new line", () => {
  const { seconds } = series(numbers(T0), numbers(T0 + 1_000), numbers(T0 + 500));
  expect(seconds.map((each) => each.numbers.at)).toEqual([T0, T0 + 500]);
});

test("a line has a gap where documents are missing, and none where all have come", () => {
  const { seconds } = series(
    numbers(T0, { connections: 1 }),
    numbers(T0 + 1_200, { connections: 2 }),
    numbers(T0 + 9_000, { connections: 3 }),
  );
  const t = T0 / 1_000;
  expect(columns(seconds, [connections])).toEqual([
    [t, t + 1.2, t + 2.2, t + 9],
    [1, 2, null, 3],
  ]);
});

test("a line is empty where nothing was measured, and has a highest value", () => {
  const { seconds } = series(
    numbers(T0, { deliveryMs: { p50: 1, p99: 9 } }),
    numbers(T0 + 1_000),
    numbers(T0 + 2_000, { deliveryMs: { p50: 2, p99: 3 } }),
  );
  const p99 = (each: (typeof seconds)[number]) => each.numbers.deliveryMs?.p99 ?? null;
  expect(columns(seconds, [p99])[1]).toEqual([9, null, 3]);
  expect(most(seconds, p99)).toBe(9);
  expect(most(seconds, () => null)).toBeNull();
});

test("a document is parsed as the hub writes it, and invalid data is rejected", () => {
  const document = numbers(T0, { appendMs: { p50: 1, p99: 2 } });
  expect(parseNumbers(JSON.stringify(document))).toEqual(document);
  for (const wrong of [
    "",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...document, cpu: "1" }),
    JSON.stringify({ ...document, loopDelayMs: null }),
    JSON.stringify({ ...document, deliveryMs: { p50: 1 } }),
  ]) {
    expect(parseNumbers(wrong), wrong).toBeUndefined();
  }
});
