import { setTimeout as pause } from "node:timers/promises";
import { publish } from "../../../runnel.ts";
import type { Ended } from "../end.ts";
import { POEM } from "./poem.ts";

/** In milliseconds. */
const PER_TOKEN = 40;

/** Writes the text, as a model would: whoever reads gets each token, and nobody has to. */
export async function write(topic: string, signal: AbortSignal): Promise<void> {
  for (const [token] of POEM.matchAll(/\s*\S+/g)) {
    if (signal.aborted) break;
    await publish({ topic, data: { token } });
    await pause(PER_TOKEN);
  }
  const ended: Ended = { end: signal.aborted ? "stopped" : "finished" };
  await publish({ topic, data: ended });
}
