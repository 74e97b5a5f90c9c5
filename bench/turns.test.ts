import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { meter } from "./meter.mjs";
import { startTurns } from "./turns.mjs";

const BLOCKED_MS = 300;

test("a turn that blocks the event loop is the longest turn", async () => {
  const turns = startTurns();
  await delay(5);
  const used = meter();
  // Measured by CPU time: while the thread waits for a core, the turn does not count.
  while (used().cpuMicroseconds < BLOCKED_MS * 1000);
  await delay(5);
  // Other threads of the process have used some of the CPU time.
  expect(turns.stop()).toBeGreaterThan(BLOCKED_MS / 2);
});

test("an event loop that waits for a timer has no long turn", async () => {
  const turns = startTurns();
  await delay(BLOCKED_MS);
  expect(turns.stop()).toBeLessThan(BLOCKED_MS / 2);
});
