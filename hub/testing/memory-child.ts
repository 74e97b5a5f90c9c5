/** Runs in a separate process for memory-process.test.ts, and measures the memory of a log. It reports in one line of JSON. */
import { writeSync } from "node:fs";
import { systemTimers } from "../base/timers.ts";
import { MemoryLog } from "../log/memory.ts";
import { append, SHAPES, textBytes } from "./updates.ts";

const [maxBytes = "", shape = ""] = process.argv.slice(2);
const make = Object.entries(SHAPES).find(([name]) => name === shape)?.[1];
if (!make || !global.gc) throw new Error(`no shape ${shape}, or no --expose-gc`);
const bound = Number(maxBytes);
const retention = { maxUpdates: 1e9, maxBytes: bound, maxAgeMs: 0 };
const log = new MemoryLog({ retention, timers: systemTimers });

/** Returns the bytes of all memory in use. */
const used = () => {
  global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const before = used();
let sent = 0;
let most = 0;
for (let index = 0; sent < 4 * bound; ) {
  const some = [];
  for (let bytes = 0; bytes < 1_000_000; index += 1) {
    // The copy is like a received update: it shares no text with another update.
    const one = JSON.parse(JSON.stringify(make(index)));
    some.push(one);
    bytes += textBytes(one) + one.topics.length * 320 + 500;
  }
  sent += 1_000_000;
  await append(log, ...some);
  if (index % 4 === 0) most = Math.max(most, used() - before);
}
most = Math.max(most, used() - before);
const told = { most, floor: log.floor("updates") };
writeSync(1, `${JSON.stringify(told)}\n`);
await log.close();
