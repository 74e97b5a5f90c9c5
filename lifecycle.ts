import { watch } from "node:fs";
import type { Hub } from "./hub/hub.ts";
import type { Logger } from "./hub/logger.ts";
import { type Runtime, runtime } from "./runtime.ts";

/** What the last bytes have to reach the sockets, in milliseconds. */
const FLUSH_MS = 100;
/** However it hangs, the process is gone this long after the drain, in milliseconds. */
const HARD_EXIT_MS = 1_500;
/** A terminal's Ctrl-C may come twice, from the terminal and from a parent; later it is an impatient human. */
const SAME_SIGNAL_MS = 500;

/** Starts the process's runtime, or ends the process with exit code 1 and one line that says why. */
export function start(): void {
  const { config, hub, logger } = startedRuntime();
  drainOnSignal(hub, logger, config.DRAIN_SECONDS * 1000);
  if (process.env.NODE_ENV === "development") tellOfChanges(logger);
}

function startedRuntime(): Runtime {
  try {
    return runtime();
  } catch (error) {
    // Next would keep the error, and answer 500 to everything.
    process.stderr.write(`runnel: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

/**
 * SIGTERM or SIGINT: not ready from now on; after `drainMs` milliseconds each stream ends cleanly, and so does the process.
 * A second signal ends it at once.
 */
function drainOnSignal(hub: Hub, logger: Logger, drainMs: number): void {
  let signalledAt: number | undefined;
  const onSignal = async (signal: NodeJS.Signals): Promise<void> => {
    if (signalledAt !== undefined) {
      if (Date.now() - signalledAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    signalledAt = Date.now();
    logger.info({ signal, connections: hub.connections }, "draining");
    setTimeout(() => process.exit(1), drainMs + HARD_EXIT_MS).unref();
    await hub.drain(drainMs);
    setTimeout(() => process.exit(0), FLUSH_MS);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

/** The running hub outlives hot reloads, and its streams with it: a change of its own files waits for a restart. */
function tellOfChanges(logger: Logger): void {
  watch("hub", { recursive: true }, (_, file) => {
    if (file?.endsWith(".ts"))
      logger.warn({ file: `hub/${file}` }, "the hub has changed: restart to run it");
  }).unref();
}
