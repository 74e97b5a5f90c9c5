import { lastUpdates, publish } from "../../runnel.ts";
import { runtime } from "../../server/runtime.ts";
import { Ended } from "./end.ts";
import { fold } from "./fold.ts";
import { Jobs } from "./jobs.ts";

// Actions, pages and hot reloads each have their own copy of this file. Only globalThis is shared by all.
const KEY = Symbol.for("runnel.examples.jobs");
const shared = globalThis as typeof globalThis & { [KEY]?: Jobs };

/** Returns the jobs of this process. */
export function jobs(): Jobs {
  const { hub, logger } = runtime();
  shared[KEY] ??= new Jobs({
    atOnce: 10,
    longestMs: 60_000,
    outside: hub.outside,
    onError: (topic, error) => logger.warn({ topic, error: String(error) }, "a job failed"),
  });
  return shared[KEY];
}

/**
 * Publishes that the job was lost, if its topic has no end yet and the job does not run any more.
 * When a server ends, its jobs end too, and their readers would wait for ever.
 */
export async function endIfLost(topic: string): Promise<void> {
  await jobs().cleanUp(topic, async () => {
    const { updates } = await lastUpdates({ match: topic });
    const isOver = fold(updates, Ended, false, () => true);
    if (isOver || updates.length === 0) return;
    const lost: Ended = { end: "lost" };
    await publish({ topic, data: lost });
  });
}
