import { expect, test } from "vitest";
import { browserWorld } from "../base/world.ts";
import { PathWatch } from "./path-watch.ts";

/** A clock that the test moves, with one timer. The timer is late by as much as the clock was moved too far. */
function setUp() {
  let now = 0;
  let timer: { due: number; callback: () => void } | undefined;
  let changes = 0;
  const after = (ms: number, callback: () => void) => {
    const mine = { due: now + ms, callback };
    timer = mine;
    return () => {
      if (timer === mine) timer = undefined;
    };
  };
  const path = new PathWatch({ ...browserWorld(), elapsed: () => now, after }, () => {
    changes += 1;
  });
  return {
    path,
    changes: () => changes,
    running: () => timer !== undefined,
    moveTo(then: number) {
      now = then;
      const due = timer;
      if (due === undefined || due.due > now) return;
      timer = undefined;
      due.callback();
    },
  };
}

test("first bytes within 5 s are in time, and no timer is left", () => {
  const { path, changes, moveTo, running } = setUp();
  path.expect();
  moveTo(4_999);
  path.beat("15");
  expect(running()).toBe(false);
  moveTo(60_000);
  expect([path.held, changes()]).toEqual([false, 0]);
});

test("a stream whose first bytes are later is held back, until signs of life come one by one", () => {
  const { path, changes, moveTo } = setUp();
  path.expect();
  moveTo(5_000);
  expect([path.held, changes()]).toEqual([true, 1]);
  moveTo(30_000);
  // All that was held back until now arrives in one piece.
  for (let i = 0; i < 100; i += 1) path.beat("15");
  moveTo(30_500);
  path.heard();
  expect(path.held).toBe(true);
  moveTo(45_000);
  path.heard();
  expect([path.held, changes()]).toEqual([false, 2]);
});

test("a stream stays held back while its pieces are further apart than heartbeats", () => {
  const { path, moveTo } = setUp();
  path.expect();
  moveTo(5_000);
  for (let at = 60_000; at < 600_000; at += 60_000) {
    moveTo(at);
    path.beat("15");
    path.beat("15");
    expect(path.held).toBe(true);
  }
});

test("first bytes get their time again after a machine slept or a tab was frozen, because they may not be read yet", () => {
  const { path, moveTo } = setUp();
  path.expect();
  moveTo(3_600_000);
  expect(path.held).toBe(false);
  moveTo(3_605_000);
  expect(path.held).toBe(true);
});

test("the next connection is held back too, until its first bytes are in time", () => {
  const { path, moveTo, changes } = setUp();
  path.expect();
  moveTo(5_000);
  path.stop();
  path.expect();
  expect(path.held).toBe(true);
  moveTo(6_000);
  path.beat("15");
  expect([path.held, changes()]).toEqual([false, 2]);
});
