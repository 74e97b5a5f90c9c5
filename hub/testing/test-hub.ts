import { HubUrl } from "../base/hub-url.ts";
import type { Logger } from "../base/logger.ts";
import { BodyBudget } from "../http/service/body-budget.ts";
import type { Service } from "../http/service/service.ts";
import { Sockets } from "../http/service/sockets.ts";
import { Hub } from "../hub.ts";
import type { Log, Retention } from "../log/log.ts";
import { MemoryLog } from "../log/memory.ts";
import { UNMEASURED } from "../stats/meter.ts";
import type { Limits } from "../streams/connections.ts";

import { FakeTimers } from "./fake-timers.ts";
import { FakeVitals } from "./fake-vitals.ts";
import { ListLogger } from "./list-logger.ts";

export const HUB_URL = new HubUrl("https://hub.example.com/.well-known/mercure");

export interface TestHubOptions {
  readonly timers?: FakeTimers;
  readonly logger?: Logger;
  readonly vitals?: FakeVitals;
  readonly limits?: Partial<Limits>;
  readonly retention?: Partial<Retention>;
  readonly recent?: Partial<Retention>;
  /** null: the hub has no log. */
  readonly log?: Log | null;
}

/** Makes a hub over a memory log, with fake timers and stats. */
export function testHub(options: TestHubOptions = {}): Hub {
  const {
    timers = new FakeTimers(),
    logger = new ListLogger(),
    vitals = new FakeVitals(),
    limits,
    retention,
    recent,
  } = options;
  const kept = { maxUpdates: 10_000, maxBytes: 2 ** 24, maxAgeMs: 0, ...retention };
  const log = options.log ?? new MemoryLog({ retention: kept, timers });
  return new Hub({
    timers,
    logger,
    meter: UNMEASURED,
    vitals,
    url: HUB_URL,
    log: options.log === null ? undefined : log,
    recent: { ...kept, ...recent },
    longLived: false,
    outside: (work) => work(),
    limits: {
      maxConnections: 1_000,
      maxConnectionsPerClient: 1_000,
      maxConnectionMs: 0,
      heartbeatMs: 15_000,
      ...limits,
    },
  });
}

/** Makes the hub's HTTP service. By default it has no keys and accepts only readers. */
export function testService(hub: Hub, overrides: Partial<Service> = {}): Service {
  return {
    hub,
    logger: new ListLogger(),
    sockets: new Sockets(),
    verifier: undefined,
    authorizationServers: [],
    playground: false,
    playgroundMinter: undefined,
    anonymous: true,
    cookieName: "__Secure-mercure_access_token",
    corsOrigins: [],
    publishOrigins: [],
    marksRequests: false,
    trustedProxies: 0,
    publishBodies: new BodyBudget({ maxBytes: 2 ** 26, maxBytesPerClient: 2 ** 24 }),
    consoleBodies: new BodyBudget({ maxBytes: 2 ** 22, maxBytesPerClient: 2 ** 20 }),
    maxUpdateBytes: 1_000_000,
    maxBatchBytes: 8_000_000,
    ...overrides,
  };
}
