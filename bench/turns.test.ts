import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startTurns } from "./turns.mjs";

const BLOCKED_MS = 300;

test("a turn that blocks the event loop is the longest one", async () => {
  const turns = startTurns();
  await delay(5);
  const cpu = process.cpuUsage();
  // By the time that this thread had a core: while it waits for one, the turn does not count.
  while (process.cpuUsage(cpu).user < BLOCKED_MS * 1000);
  await delay(5);
  // Other threads of the process have used some of it.
  expect(turns.stop()).toBeGreaterThan(BLOCKED_MS / 2);
});

test("an event loop that waits for something has no long turn", async () => {
  const turns = startTurns();
  await delay(BLOCKED_MS);
  expect(turns.stop()).toBeLessThan(BLOCKED_MS / 2);
});
