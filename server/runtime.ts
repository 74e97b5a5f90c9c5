import { AsyncResource } from "node:async_hooks";
import { resolve } from "node:path";
import pino, { type Logger } from "pino";
import { Minter } from "../hub/auth/minter.ts";
import { playgroundIssuer } from "../hub/auth/playground.ts";
import { createVerifier } from "../hub/auth/verifier.ts";
import { HubUrl } from "../hub/base/hub-url.ts";
import { systemTimers } from "../hub/base/timers.ts";
import { BodyBudget } from "../hub/http/service/body-budget.ts";
import type { Service } from "../hub/http/service/service.ts";
import type { Sockets } from "../hub/http/service/sockets.ts";
import { Hub } from "../hub/hub.ts";
import { openLmdbLog } from "../hub/log/lmdb/lmdb.ts";
import type { Log } from "../hub/log/log.ts";
import { MemoryLog } from "../hub/log/memory.ts";
import { type Config, readConfig } from "./env/config.mjs";
import { createMetrics, type Metrics } from "./metrics.ts";
import { processVitals } from "./process-vitals.ts";

export interface Runtime {
  readonly config: Config;
  readonly logger: Logger;
  readonly hub: Hub;
  readonly service: Service;
  /** Signs tokens for trusted code of the app, if the hub has secrets. */
  readonly minter: Minter;
  readonly metrics: Metrics;
  /** The start of this process's runtime, in milliseconds since 1970. */
  readonly startedAt: number;
}

// Each route, each page and the instrumentation have their own copy of this file in their bundle. They share only globalThis.
const KEY = Symbol.for("runnel.runtime");
const shared = globalThis as typeof globalThis & { [KEY]?: Runtime };

/** Returns the only runtime of this process. In `next dev`, it survives hot reloads. */
export function runtime(): Runtime {
  const running = shared[KEY];
  if (!running) throw new Error("the runtime is not started: instrumentation.ts does that");
  return running;
}

/**
 * Starts the process's runtime.
 * @param sockets the sockets of incoming requests
 * @throws Error if the configuration is malformed
 * @throws HubError if the history can't be opened
 */
export async function startRuntime(sockets: Sockets): Promise<Runtime> {
  shared[KEY] ??= await createRuntime(sockets);
  return shared[KEY];
}

async function createRuntime(sockets: Sockets): Promise<Runtime> {
  const read = readConfig();
  if (!read.ok) throw new Error(read.problem);
  const { config } = read;
  const logger = pino({ level: config.LOG_LEVEL, base: null });
  const metrics = createMetrics();
  const log = await openLog(config, logger);
  if (log && config.HISTORY_MAX_AGE > 0) trimWithAge(log, config.HISTORY_MAX_AGE * 1000, logger);
  // The resource is created when the process starts, so it belongs to no request.
  const outside = new AsyncResource("runnel");
  const hub = new Hub({
    timers: systemTimers,
    logger,
    meter: metrics.meter,
    vitals: processVitals(),
    url: hubUrl(config),
    log,
    outside: (work) => outside.runInAsyncScope(work),
    longLived: config.RUNNEL_LAUNCHED !== undefined,
    limits: {
      maxConnections: config.MAX_CONNECTIONS,
      maxConnectionsPerClient: config.MAX_CONNECTIONS_PER_CLIENT ?? config.MAX_CONNECTIONS,
      maxConnectionMs: config.MAX_CONNECTION_SECONDS * 1000,
      heartbeatMs: config.HEARTBEAT_SECONDS * 1000,
    },
  });
  metrics.watch(hub);
  const { service, minter } = createService(config, hub, logger, sockets);
  return { config, logger, hub, service, minter, metrics, startedAt: Date.now() };
}

/** Returns the hub's URL, from the configuration. A request's Host is never used, because the client chooses it. */
function hubUrl({ MERCURE_RESOURCE_IDENTIFIER, PORT }: Config): HubUrl {
  return new HubUrl(MERCURE_RESOURCE_IDENTIFIER ?? `http://localhost:${PORT}/.well-known/mercure`);
}

const MIB = 1024 * 1024;

/** Opens the log. Only this function chooses its driver. undefined: on Vercel all instances must share a log, and no driver can be shared. */
async function openLog(config: Config, logger: Logger): Promise<Log | undefined> {
  if (config.VERCEL) return undefined;
  const inMemory = config.HISTORY_URL === "memory:";
  const retention = {
    maxUpdates: config.HISTORY_MAX_UPDATES ?? (inMemory ? 100_000 : 1_000_000),
    maxBytes: config.HISTORY_MAX_BYTES ?? (inMemory ? 64 * MIB : 1024 * MIB),
    maxAgeMs: config.HISTORY_MAX_AGE * 1000,
  };
  const timers = systemTimers;
  if (inMemory) return new MemoryLog({ retention, timers });
  const path = config.HISTORY_URL.slice("file:".length);
  const folder = resolve(/* turbopackIgnore: true */ config.RUNNEL_FOLDER ?? ".", path);
  const waitForOwnerMs = config.DRAIN_SECONDS * 1000;
  return openLmdbLog({ folder, retention, timers, waitForOwnerMs, logger });
}

/** Trims expired updates regularly. An update is removed at most a tenth of its maximum age late, and at most a minute late. */
function trimWithAge(log: Log, maxAgeMs: number, logger: Logger): void {
  const ms = Math.min(Math.max(maxAgeMs / 10, 1_000), 60_000);
  const trim = () =>
    log.trim().catch((error: unknown) => logger.warn({ error: String(error) }, "not trimmed"));
  setInterval(trim, ms).unref();
}

function createService(config: Config, hub: Hub, logger: Logger, sockets: Sockets) {
  const configured = config.MERCURE_TRUSTED_ISSUERS;
  const playground =
    configured.length === 0 &&
    config.RUNNEL_LAUNCHED !== undefined &&
    config.RUNNEL_LOOPBACK === "yes";
  const issuers = playground ? [playgroundIssuer()] : configured;
  const world = { issuers, hubUrl: hub.url, timers: hub.timers };
  const created = createVerifier({ ...world, logger });
  if (!created.ok) throw new Error(created.problem);
  const minter = new Minter(world);
  const service: Service = {
    hub,
    logger,
    sockets,
    verifier: issuers.length > 0 ? created.verifier : undefined,
    authorizationServers: issuers
      .filter(({ publisher, subscriber }) => (publisher ?? subscriber)?.kind === "jwks")
      .map(({ issuer }) => issuer),
    playground,
    playgroundMinter: playground ? minter : undefined,
    anonymous: config.ANONYMOUS,
    cookieName: config.MERCURE_COOKIE_NAME,
    corsOrigins: config.CORS_ORIGINS,
    publishOrigins: config.PUBLISH_ORIGINS,
    marksRequests: config.VERCEL === undefined,
    trustedProxies: config.TRUSTED_PROXIES,
    publishBodies: new BodyBudget({ maxBytes: 64 * MIB, maxBytesPerClient: 16 * MIB }),
    consoleBodies: new BodyBudget({ maxBytes: 4 * MIB, maxBytesPerClient: MIB }),
    maxUpdateBytes: Math.min(config.MAX_UPDATE_BYTES, config.MAX_BODY_BYTES),
    maxBatchBytes: config.MAX_BODY_BYTES,
  };
  return { service, minter };
}
