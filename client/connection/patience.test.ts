import { expect, test } from "vitest";
import { browserWorld } from "../base/world.ts";
import { Patience } from "./patience.ts";

/** Timers that fire when the test says so. */
function setUp() {
  let timer: { ms: number; callback: () => void } | undefined;
  const ends: string[] = [];
  const after = (ms: number, callback: () => void) => {
    const mine = { ms, callback };
    timer = mine;
    return () => {
      if (timer === mine) timer = undefined;
    };
  };
  const patience = new Patience({ ...browserWorld(), after }, (why) => ends.push(why));
  return {
    patience,
    ends,
    waits: () => timer?.ms,
    fire() {
      const due = timer;
      timer = undefined;
      due?.callback();
    },
  };
}

test("only the last thing to wait for is waited for, and not for ever", () => {
  const { patience, ends, waits, fire } = setUp();
  patience.for("answer");
  patience.for("renewal");
  fire();
  expect(ends).toEqual(["the renewal did not end for 30.0 s"]);
  patience.for("retry");
  patience.stop();
  expect(waits()).toBeUndefined();
});

test("each time first data does not come, the wait for it doubles, up to two hours, until first data comes", () => {
  const { patience, ends, waits, fire } = setUp();
  const minutes: number[] = [];
  for (let time = 0; time < 8; time += 1) {
    patience.for("answer");
    patience.for("beginning");
    minutes.push((waits() ?? 0) / 60_000);
    fire();
  }
  expect(minutes).toEqual([2, 4, 8, 16, 32, 64, 128, 128]);
  expect(ends.slice(0, 2)).toEqual(["nothing came for 120.0 s", "nothing came for 240.0 s"]);
  patience.for("beginning");
  patience.heard();
  expect(waits()).toBeUndefined();
  patience.for("beginning");
  expect(waits()).toBe(120_000);
});
