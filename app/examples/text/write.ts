import { setTimeout as pause } from "node:timers/promises";
import { publish } from "../../../runnel.ts";
import type { Ended } from "../end.ts";
import { POEM } from "./poem.ts";

/** In milliseconds. */
const PER_TOKEN = 40;

/** Writes the text token by token, as a model would. It publishes whether there are readers or not. */
export async function write(topic: string, signal: AbortSignal): Promise<void> {
  for (const [token] of POEM.matchAll(/\s*\S+/g)) {
    if (signal.aborted) break;
    await publish({ topic, data: { token } });
    await pause(PER_TOKEN);
  }
  const ended: Ended = { end: signal.aborted ? "stopped" : "finished" };
  await publish({ topic, data: ended });
}
