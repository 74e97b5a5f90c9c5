import type { Logger } from "../hub/base/logger.ts";
import type { Hub } from "../hub/hub.ts";

/** The time for answering the last requests before the process ends, in milliseconds. */
const LATE_MS = 100;
/** The time that the process waits for stalled readers after the drain, in milliseconds. */
const STALLED_MS = 1_500;
/**
 * The time in which a repeated signal counts as the same one, in milliseconds. A Ctrl-C may arrive twice, from the terminal and from a
 * parent process. A later one means that the user does not want to wait.
 */
const SAME_SIGNAL_MS = 500;

/**
 * Drains the hub at SIGTERM or SIGINT. The process reports at once that it is not ready. After `drainMs` milliseconds, each stream ends
 * cleanly, and then the process ends. A second signal ends it at once.
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
    // The process ends a little later, because the last acknowledgements are still being sent to their publishers.
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

/**
 * Ends each stream and then the process when the hub has lost its history. Without it the hub can neither publish nor deliver.
 * The clients reconnect to the next process.
 */
export async function endOnLoss(hub: Hub): Promise<void> {
  const { message } = await hub.lost;
  process.stderr.write(`runnel: ${message}\n`);
  // Connections of stalled readers are cut.
  const stalled = new Promise((resolve) => setTimeout(resolve, STALLED_MS));
  await Promise.race([hub.drain(0), stalled]);
  // The process ends a little later, because running publishes are refused and their responses are still being sent.
  setTimeout(() => process.exit(1), LATE_MS);
}
