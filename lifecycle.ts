import { watch } from "node:fs";
import { basename, resolve } from "node:path";
import type { Hub } from "./hub/hub.ts";
import type { Logger } from "./hub/logger.ts";
import { tellPipelinedResponses } from "./pipelining.ts";
import { type Runtime, runtime } from "./runtime.ts";

/** What a request that came late has to be answered in, in milliseconds. */
const LATE_MS = 100;
/** How long after the drain the process waits for readers that have stalled, in milliseconds. */
const STALLED_MS = 1_500;
/** A terminal's Ctrl-C may come twice, from the terminal and from a parent; later it is an impatient human. */
const SAME_SIGNAL_MS = 500;
/** One save of an editor is several changes of a folder. */
const SAME_CHANGE_MS = 1_000;

/** Starts the process's runtime, or ends the process with exit code 1 and one line that says why. */
export function start(): void {
  const { config, hub, logger } = startedRuntime();
  tellPipelinedResponses();
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
      if (performance.now() - signalledAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    signalledAt = performance.now();
    logger.info({ signal, connections: hub.connections }, "draining");
    setTimeout(() => {
      logger.warn({ connections: hub.connections }, "streams that nobody reads are cut");
      process.exit(0);
    }, drainMs + STALLED_MS);
    await hub.drain(drainMs);
    setTimeout(() => process.exit(0), LATE_MS);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

/** The running hub outlives hot reloads, and its streams with it: a change of its files waits for a restart. */
function tellOfChanges(logger: Logger): void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (file: string): void => {
    if (performance.now() - toldAt < SAME_CHANGE_MS) return;
    toldAt = performance.now();
    logger.warn({ file }, "the hub has changed: restart to run it");
  };
  const onError = (error: Error): void => logger.warn({ error: error.message }, "watching failed");
  watch(resolve("hub"), { recursive: true }, (_, file) => {
    if (file && /(?<!\.test)\.ts$/.test(file)) tell(`hub/${file}`);
  })
    .on("error", onError)
    .unref();
  watch(resolve("."), (_, file) => {
    const name = file === null ? "" : basename(file);
    if (/^(env\.mjs|(runtime|lifecycle|pipelining)\.ts)$/.test(name)) tell(name);
  })
    .on("error", onError)
    .unref();
}
