import { expect, test } from "vitest";
import { browserWorld } from "../base/world.ts";
import { Watchdog } from "./watchdog.ts";

/** A clock that the test moves, with one timer: all that a watchdog needs. The time of day is set back all the while. */
function setUp() {
  let now = 0;
  let timer: { due: number; callback: () => void } | undefined;
  const silences: number[] = [];
  const watchdog = new Watchdog(
    {
      ...browserWorld(),
      elapsed: () => now,
      now: () => -now,
      after(ms, callback) {
        const mine = { due: now + ms, callback };
        timer = mine;
        return () => {
          if (timer === mine) timer = undefined;
        };
      },
    },
    (ms) => silences.push(ms),
  );
  return {
    watchdog,
    silences,
    /** Moves the clock, and fires the timer if it is due. The timer is late if the clock skipped its time. */
    moveTo(then: number) {
      now = then;
      const due = timer;
      if (due === undefined || due.due > now) return;
      timer = undefined;
      due.callback();
    },
    running: () => timer !== undefined,
  };
}

test("two and a half intervals of silence are reported once, and no timer is left", () => {
  const { watchdog, silences, moveTo, running } = setUp();
  watchdog.promise("4");
  moveTo(9_999);
  expect(silences).toEqual([]);
  moveTo(10_000);
  moveTo(30_000);
  expect(silences).toEqual([10_000]);
  expect(running()).toBe(false);
});

test("a sign of life gives the stream its full time again", () => {
  const { watchdog, silences, moveTo } = setUp();
  watchdog.promise("4");
  moveTo(8_000);
  watchdog.heard();
  moveTo(10_000);
  moveTo(17_999);
  expect(silences).toEqual([]);
  moveTo(18_000);
  expect(silences).toEqual([10_000]);
});

test.each([
  ["an hour", 3_600_000],
  ["a second more than its timer", 11_001],
])("a stream is not dead after %s of sleep, and has its time again", (_, woke) => {
  const { watchdog, silences, moveTo } = setUp();
  watchdog.promise("4");
  moveTo(woke);
  expect(silences).toEqual([]);
  moveTo(woke + 9_999);
  expect(silences).toEqual([]);
  moveTo(woke + 10_000);
  expect(silences).toEqual([10_000]);
});

test("one silence is excused only once, so a dead stream is noticed even if timers are always late", () => {
  const { watchdog, silences, moveTo } = setUp();
  watchdog.promise("4");
  moveTo(60_000);
  moveTo(60_001);
  watchdog.heard();
  moveTo(120_000);
  expect(silences).toEqual([]);
  moveTo(180_000);
  expect(silences).toEqual([10_000]);
});

test("the allowed silence doubles with each silence, until an event or a second heartbeat comes", () => {
  const { watchdog, silences, moveTo } = setUp();
  let now = 0;
  /** Makes a new connection, which gets its first heartbeat and then nothing. */
  const connect = (...then: readonly (() => void)[]) => {
    watchdog.promise("4");
    for (const event of then) event();
    const before = silences.length;
    while (silences.length === before) {
      now += 1_000;
      moveTo(now);
    }
  };
  connect();
  connect();
  connect();
  expect(silences).toEqual([10_000, 20_000, 40_000]);
  connect(() => watchdog.promise("4"));
  connect();
  expect(silences.slice(3)).toEqual([10_000, 20_000]);
  connect(() => watchdog.heard());
  connect();
  expect(silences.slice(5)).toEqual([40_000, 20_000]);
  for (let count = 0; count < 9; count += 1) connect();
  expect(silences.at(-1)).toBe(640_000);
});

test("a stopped watchdog reports nothing, and one without a promise never starts", () => {
  const { watchdog, silences, moveTo, running } = setUp();
  watchdog.heard();
  expect(running()).toBe(false);
  watchdog.promise("4");
  watchdog.stop();
  expect(running()).toBe(false);
  moveTo(100_000);
  expect(silences).toEqual([]);
});
