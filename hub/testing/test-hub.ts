import { HubUrl } from "../base/hub-url.ts";
import type { Logger } from "../base/logger.ts";
import type { Timers } from "../base/timers.ts";
import { BodyBudget } from "../http/service/body-budget.ts";
import type { Service } from "../http/service/service.ts";
import { Sockets } from "../http/service/sockets.ts";
import { Hub } from "../hub.ts";
import type { Log, Retention } from "../log/log.ts";
import { MemoryLog } from "../log/memory.ts";
import { UNMEASURED } from "../stats/meter.ts";
import type { Percentiles, Spread, VitalSigns, Vitals } from "../stats/vitals.ts";
import type { Limits } from "../streams/connections.ts";
import type { Sink, SinkOwner } from "../streams/sink.ts";
import type { Chunk } from "../wire/encode.ts";

export const HUB_URL = new HubUrl("https://hub.example.com/.well-known/mercure");

/** A log's lines, as they were written. */
export class ListLogger implements Logger {
  readonly lines: { fields: object; message: string }[] = [];
  readonly debug = (fields: object, message: string) => void this.lines.push({ fields, message });
  readonly info = this.debug;
  readonly warn = this.debug;
}

export interface TestHubOptions {
  readonly timers?: FakeTimers;
  readonly logger?: Logger;
  readonly vitals?: FakeVitals;
  readonly limits?: Partial<Limits>;
  readonly retention?: Partial<Retention>;
  readonly recent?: Partial<Retention>;
  /** null: no log at all. */
  readonly log?: Log | null;
}

/** A hub over a memory log, in a world of its own. */
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

/** The hub on the web, without keys and closed to all but readers, unless said otherwise. */
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

/** A world whose time moves only when a test says so. */
export class FakeTimers implements Timers {
  #now = 1_700_000_000_000;
  /** What somebody has set the time of day by. */
  #set = 0;
  #due: { at: number; callback: () => void }[] = [];

  /** How many timers are set: none, where a test ends with nothing open. */
  get open(): number {
    return this.#due.length;
  }

  now(): number {
    return this.#now + this.#set;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Sets the time of day, back where `ms` is negative. */
  setTime(ms: number): void {
    this.#set += ms;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  }

  /** Moves time on, firing what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** A process that was stopped: time is later, and no timer has fired on the way. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** A process whose numbers a test sets. */
export class FakeVitals implements Vitals {
  isMeasured = false;
  signs: VitalSigns = {
    uptimeSeconds: 60,
    rssBytes: 2 ** 27,
    heapBytes: 2 ** 25,
    cpu: 0.25,
    loopDelayMs: { p50: 0.1, p99: 1.5 },
  };
  readonly #spreads: number[][] = [];

  /** How many times were recorded that nobody has taken. */
  get recorded(): number {
    return this.#spreads.flat().length;
  }

  spread(): Spread {
    const times: number[] = [];
    this.#spreads.push(times);
    return {
      record: (ms) => void times.push(ms),
      take(): Percentiles | null {
        const sorted = times.splice(0).sort((a, b) => a - b);
        const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        return sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99) };
      },
    };
  }

  start(): void {
    this.isMeasured = true;
  }

  stop(): void {
    this.isMeasured = false;
  }

  read(): VitalSigns {
    if (!this.isMeasured) throw new Error("nobody has started to measure");
    return this.signs;
  }
}

/** A sink whose reader reads when a test says so. */
export class ListSink implements Sink {
  readonly chunks: Chunk[] = [];
  owner: SinkOwner | undefined;
  full = false;
  ended = false;
  destroyed = false;
  /** The reader has stalled: what was written last does not go out. */
  stalled = false;

  attach(owner: SinkOwner): void {
    this.owner = owner;
  }

  write(chunk: Chunk): boolean {
    if (this.ended) throw new Error("written after the end");
    this.chunks.push(chunk);
    return !this.full;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.stalled) this.owner?.closed();
  }

  destroy(): void {
    this.ended = true;
    this.destroyed = true;
    this.owner?.closed();
  }

  text(): string {
    return this.chunks.map(({ bytes }) => new TextDecoder().decode(bytes)).join("");
  }
}
