import { expect, test } from "vitest";
import type { Entry, EntryKind } from "../../../client/base/snapshot.ts";
import { CatchUps } from "./catch-ups.ts";

/** A list that grows, with a clock that the test moves. */
function setUp(fromHistory = false) {
  const catchUps = new CatchUps(fromHistory);
  const entries: Entry[] = [];
  let at = 1_000_000;
  const add = (kind: EntryKind, more: Partial<Entry> = {}) => {
    entries.push({ key: entries.length, kind, text: "", omitted: 0, at, ...more });
    catchUps.update(entries);
  };
  return {
    catchUps,
    add,
    events(count: number, everyMs = 0) {
      for (let n = 0; n < count; n += 1) {
        add("message");
        at += everyMs;
      }
    },
    wait(ms: number) {
      at += ms;
    },
    now: () => at,
    marked: () => entries.filter((entry) => catchUps.of(entry) !== undefined).length,
  };
}

test("only updates that were published during a break are marked and counted as missed", () => {
  const { catchUps, add, events, wait, now, marked } = setUp();
  add("open");
  events(3, 1_000);
  expect(catchUps.latest).toBeUndefined();
  add("error");
  expect(catchUps.broken).toBe(true);
  wait(5_000);
  add("open");
  expect(catchUps.broken).toBe(false);
  wait(20);
  events(2);
  add("message", { type: "mercure" });
  wait(900);
  events(3);
  expect(catchUps.isOver(now())).toBe(false);
  wait(2_000);
  expect(catchUps.isOver(now())).toBe(true);
  events(4, 900);
  expect(catchUps.latest).toMatchObject({ after: "break", count: 5, gap: false });
  expect(marked()).toBe(5);
});

test("a stream that reconnects to no new event has missed nothing", () => {
  const { catchUps, add, events, wait, now } = setUp();
  add("open");
  add("error");
  wait(2_000);
  add("open");
  wait(2_000);
  expect(catchUps.isOver(now())).toBe(true);
  events(1);
  expect(catchUps.latest).toMatchObject({ count: 0 });
});

test("on a busy stream, events that were replayed after a break are distinguished from live ones", () => {
  const { catchUps, add, events, wait } = setUp();
  add("open");
  events(3_000, 1);
  add("error");
  wait(5_000);
  add("open");
  events(5_000, 0.02);
  events(5_000, 1);
  const { count = 0, about } = catchUps.latest ?? {};
  expect(about).toBe(true);
  expect(count).toBeGreaterThanOrEqual(4_800);
  expect(count).toBeLessThan(5_200);
});

test("a stream from the earliest event starts with history, and one from now does not", () => {
  const past = setUp(true);
  past.add("open");
  past.events(7);
  past.wait(2_500);
  past.events(1);
  expect(past.catchUps.latest).toMatchObject({ after: "history", count: 7 });
  const now = setUp();
  now.add("open");
  now.events(7);
  expect(now.catchUps.latest).toBeUndefined();
});

test("a gap that the hub reports is passed on", () => {
  const { catchUps, add, events, wait } = setUp();
  add("open");
  add("error");
  wait(100);
  add("open");
  add("gap");
  events(2);
  expect(catchUps.latest).toMatchObject({ count: 2, gap: true });
});
