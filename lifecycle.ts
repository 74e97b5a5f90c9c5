import { watch } from "node:fs";
import type { Server } from "node:http";
import { basename, resolve } from "node:path";
import type { Logger } from "./hub/base/logger.ts";
import type { Service } from "./hub/http/service/service.ts";
import { Sockets } from "./hub/http/service/sockets.ts";
import type { Hub } from "./hub/hub.ts";
import { logConsole } from "./next-log.ts";
import { watchOpenFiles } from "./open-files.ts";
import { sendPagePolicies } from "./page-policies.ts";
import { tellPeers } from "./peers.ts";
import { tellPipelinedResponses } from "./pipelining.ts";
import { refuseRequests } from "./refusals.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { numberSockets } from "./sockets.ts";
import { noteTargets } from "./targets.ts";
import { dropUnreadBodies } from "./unread-bodies.ts";

/** What a request that came late has to be answered in, in milliseconds. */
const LATE_MS = 100;
/** How long after the drain the process waits for readers that have stalled, in milliseconds. */
const STALLED_MS = 1_500;
/** A terminal's Ctrl-C may come twice, from the terminal and from a parent; later it is an impatient human. */
const SAME_SIGNAL_MS = 500;
/** One save of an editor is several changes of a folder. */
const SAME_CHANGE_MS = 1_000;
/** Where entrance.mjs leaves the server. */
const ENTRANCE = Symbol.for("runnel.entrance");
interface Entrance {
  readonly server: Server;
  /** Reports the starts of requests that came before this process was ready. */
  replayRequests(): void;
}
/** What runs beside hub/ for as long as the process does. */
const RUNNING = new Set([
  "env.mjs",
  "lifecycle.ts",
  "metrics.ts",
  "next-log.ts",
  "open-files.ts",
  "page-policies.ts",
  "peers.ts",
  "pipelining.ts",
  "refusals.ts",
  "runtime.ts",
  "sockets.ts",
  "targets.ts",
  "unread-bodies.ts",
  "vitals.ts",
]);

/** Starts the process's runtime, or ends the process with exit code 1 and one line that says why. */
export async function start(): Promise<void> {
  const entrance = findEntrance();
  tellPipelinedResponses();
  tellPeers();
  noteTargets();
  const sockets = new Sockets();
  numberSockets(sockets);
  sendPagePolicies();
  dropUnreadBodies();
  // In the same turn, so that none is reported twice.
  entrance?.replayRequests();
  const { config, hub, logger, service } = await startedRuntime(sockets);
  if (entrance) refuseRequests(entrance.server, service);
  // In dev it is for the developer's eyes, in colours.
  if (process.env.NODE_ENV === "production") logConsole(logger, console);
  watchOpenFiles(logger, () => hub.connections.size);
  tellOfOpenDoors(service, logger);
  drainOnSignal(hub, logger, config.DRAIN_SECONDS * 1000);
  void endOnLoss(hub);
  if (process.env.NODE_ENV === "development") tellOfChanges(logger);
}

/** Returns what entrance.mjs has left; undefined where the launcher did not start this process. */
function findEntrance(): Entrance | undefined {
  return (globalThis as typeof globalThis & { [ENTRANCE]?: Entrance })[ENTRANCE];
}

async function startedRuntime(sockets: Sockets): Promise<Runtime> {
  try {
    return await startRuntime(sockets);
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
async function endOnLoss(hub: Hub): Promise<void> {
  const { message } = await hub.lost;
  process.stderr.write(`runnel: ${message}\n`);
  // Readers that have stalled are cut.
  const stalled = new Promise((resolve) => setTimeout(resolve, STALLED_MS));
  await Promise.race([hub.drain(0), stalled]);
  // Publishes under way are refused, and their answers are still on their way.
  setTimeout(() => process.exit(1), LATE_MS);
}

function tellOfOpenDoors({ playground, verifier, hub }: Service, logger: Logger): void {
  if (playground) {
    logger.warn(
      { hub: hub.url.href },
      "a playground: anybody on this machine may publish, until MERCURE_PUBLISHER_JWT_KEY is set; it must not stand behind a proxy or a tunnel, some of which look like this machine",
    );
  } else if (!verifier) {
    const names =
      "MERCURE_PUBLISHER_JWT_KEY, MERCURE_TRUSTED_ISSUERS and MERCURE_RESOURCE_IDENTIFIER";
    logger.warn({ hub: hub.url.href }, `nobody may publish over HTTP: set ${names}`);
  }
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
  watch(resolve(/* turbopackIgnore: true */ "hub"), { recursive: true }, (_, file) => {
    if (file && /(?<!\.test)\.(ts|mjs)$/.test(file)) tell(`hub/${file}`);
  })
    .on("error", onError)
    .unref();
  watch(resolve(/* turbopackIgnore: true */ "."), (_, file) => {
    const name = file === null ? "" : basename(file);
    if (RUNNING.has(name)) tell(name);
  })
    .on("error", onError)
    .unref();
}
