/**
 * Measures the longest turn of this process's event loop: how late a timer of one millisecond was called. On Linux the time in
 * which the thread waited for a core does not count, so that other programs do not distort the result.
 */
import { closeSync, openSync, readSync } from "node:fs";

const TICK_MS = 1;
const NS_PER_MS = 1e6;

/** @typedef {{ stop: () => number }} Turns `stop`: returns the longest turn since the start, in milliseconds */

/** @returns {Turns} */
export function startTurns() {
  const waits = openWaits();
  let longest = 0;
  let at = performance.now();
  let waited = waits.read();
  const tick = () => {
    const [now, nowWaited] = [performance.now(), waits.read()];
    longest = Math.max(longest, now - at - (nowWaited - waited));
    [at, waited] = [now, nowWaited];
  };
  const timer = setInterval(tick, TICK_MS).unref();
  return {
    stop() {
      tick();
      clearInterval(timer);
      waits.close();
      return longest;
    },
  };
}

/**
 * Opens a reader of the time that the main thread has waited for a core so far, in milliseconds. Source: Linux,
 * Documentation/scheduler/sched-stats.rst.
 */
function openWaits() {
  const bytes = Buffer.alloc(64);
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
    return {
      read() {
        const length = readSync(file, bytes, 0, bytes.length, 0);
        const [, waited = "0"] = bytes.toString("latin1", 0, length).split(" ");
        return Number(waited) / NS_PER_MS;
      },
      close: () => closeSync(file),
    };
  } catch {
    return { read: () => 0, close() {} };
  }
}
