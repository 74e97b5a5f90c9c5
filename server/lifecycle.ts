import type { Server } from "node:http";
import type { Logger } from "../hub/base/logger.ts";
import type { Service } from "../hub/http/service/service.ts";
import { Sockets } from "../hub/http/service/sockets.ts";
import { tellOfChanges } from "./dev-watch.ts";
import { drainOnSignal, endOnLoss } from "./drain.ts";
import { logConsole } from "./next-log.ts";
import { watchOpenFiles } from "./open-files.ts";
import { sendPagePolicies } from "./page-policies.ts";
import { tellPeers } from "./peers.ts";
import { tellPipelinedResponses } from "./pipelining.ts";
import { refuseRequests } from "./refusals.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { numberSockets } from "./socket-numbers.ts";
import { noteTargets } from "./targets.ts";
import { dropUnreadBodies } from "./unread-bodies.ts";

/** The key on globalThis under which entrance.mjs stores the server. */
const ENTRANCE = Symbol.for("runnel.entrance");
interface Entrance {
  readonly server: Server;
  /** Publishes again the start events of requests that came before this process was ready. */
  replayRequests(): void;
}

/** Starts the process's runtime. If that fails, ends the process with exit code 1 and one line that states the reason. */
export async function start(): Promise<void> {
  const entrance = findEntrance();
  tellPipelinedResponses();
  tellPeers();
  noteTargets();
  const sockets = new Sockets();
  numberSockets(sockets);
  sendPagePolicies();
  dropUnreadBodies();
  // The replay runs in the same turn of the event loop as the lines before, so that no request is reported twice.
  entrance?.replayRequests();
  const { config, hub, logger, service } = await startedRuntime(sockets);
  if (entrance) refuseRequests(entrance.server, service);
  // In dev the console's output stays as it is: coloured, for the developer.
  if (process.env.NODE_ENV === "production") logConsole(logger, console);
  watchOpenFiles(logger, () => hub.connections.size);
  tellOfOpenDoors(service, logger);
  drainOnSignal(hub, logger, config.DRAIN_SECONDS * 1000);
  void endOnLoss(hub);
  if (process.env.NODE_ENV === "development") tellOfChanges(logger);
}

/** Returns the object that entrance.mjs has stored; undefined: the launcher did not start this process. */
function findEntrance(): Entrance | undefined {
  return (globalThis as typeof globalThis & { [ENTRANCE]?: Entrance })[ENTRANCE];
}

async function startedRuntime(sockets: Sockets): Promise<Runtime> {
  try {
    return await startRuntime(sockets);
  } catch (error) {
    // The process ends here: otherwise Next would store the error and answer every request with 500.
    process.stderr.write(`runnel: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
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
