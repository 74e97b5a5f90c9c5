import { AsyncResource } from "node:async_hooks";
import pino from "pino";
import { type Config, readConfig } from "./env.mjs";
import { Hub } from "./hub/hub.ts";
import type { Logger } from "./hub/logger.ts";
import { systemTimers } from "./hub/timers.ts";

export interface Runtime {
  readonly config: Config;
  readonly logger: Logger;
  readonly hub: Hub;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

// Each route, page and the instrumentation bundle their own copy of this file: only what is on globalThis is one for all.
const KEY = Symbol.for("runnel.runtime");
const shared = globalThis as typeof globalThis & { [KEY]?: Runtime };

/**
 * The process's one runtime, made at the first call; in `next dev` it outlives hot reloads.
 * @throws Error if the configuration is malformed
 */
export function runtime(): Runtime {
  shared[KEY] ??= createRuntime();
  return shared[KEY];
}

function createRuntime(): Runtime {
  const read = readConfig();
  if (!read.ok) throw new Error(read.problem);
  const { config } = read;
  const logger = pino({ level: config.LOG_LEVEL, base: null });
  // Made when the process starts, so it belongs to no request.
  const outside = new AsyncResource("runnel");
  const hub = new Hub({
    timers: systemTimers,
    logger,
    outside: (work) => outside.runInAsyncScope(work),
    longLived: config.RUNNEL_LAUNCHED !== undefined,
    limits: {
      maxConnections: config.MAX_CONNECTIONS,
      maxConnectionMs: config.MAX_CONNECTION_SECONDS * 1000,
      heartbeatMs: config.HEARTBEAT_SECONDS * 1000,
    },
  });
  return { config, logger, hub, startedAt: Date.now() };
}
