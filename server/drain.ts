import type { Logger } from "../hub/base/logger.ts";
import type { Hub } from "../hub/hub.ts";

/** What a request that came late has to be answered in, in milliseconds. */
const LATE_MS = 100;
/** How long after the drain the process waits for readers that have stalled, in milliseconds. */
const STALLED_MS = 1_500;
/** A terminal's Ctrl-C may come twice, from the terminal and from a parent; later it is an impatient human. */
const SAME_SIGNAL_MS = 500;

/**
 * SIGTERM or SIGINT: not ready from now on; after `drainMs` milliseconds each stream ends cleanly, and so does the process.
 * A second signal ends it at once.
 */
export function drainOnSignal(hub: Hub, logger: Logger, drainMs: number): void {
  let signalledAt: number | undefined;
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (signalledAt !== undefined) {
      if (performance.now() - signalledAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    signalledAt = performance.now();
    logger.info({ signal, connections: hub.connections.size }, "draining");
    // What was acknowledged last is still on its way to its publisher.
    const exit = async () => {
      const code = await hub.close().then(
        () => 0,
        () => 1,
      );
      setTimeout(() => process.exit(code), LATE_MS);
    };
    setTimeout(() => {
      logger.warn({ connections: hub.connections.size }, "streams that nobody reads are cut");
      exit();
    }, drainMs + STALLED_MS);
    await hub.drain(drainMs);
    await exit();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

/** Without its history the hub can neither publish nor deliver: each stream ends, to reconnect to the successor, and so does the process. */
export async function endOnLoss(hub: Hub): Promise<void> {
  const { message } = await hub.lost;
  process.stderr.write(`runnel: ${message}\n`);
  // Readers that have stalled are cut.
  const stalled = new Promise((resolve) => setTimeout(resolve, STALLED_MS));
  await Promise.race([hub.drain(0), stalled]);
  // Publishes under way are refused, and their answers are still on their way.
  setTimeout(() => process.exit(1), LATE_MS);
}
