import { setTimeout as pause } from "node:timers/promises";
import { publish } from "../../../runnel.ts";
import type { Ended } from "../end.ts";

/** In milliseconds. */
const PER_STEP = 120;

const PHASES = ["Reading", "Sorting", "Checking", "Writing"];

/** Works for a while, and publishes its progress. */
export async function work(topic: string, signal: AbortSignal): Promise<void> {
  for (let percent = 1; percent <= 100 && !signal.aborted; percent += 1) {
    await pause(PER_STEP);
    const doing = PHASES[Math.floor((percent - 1) / 25)];
    await publish({ topic, data: { percent, doing } });
  }
  const ended: Ended = { end: signal.aborted ? "stopped" : "finished" };
  await publish({ topic, data: ended });
}
