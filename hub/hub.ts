import { Audience } from "./audience.ts";
import { Clock } from "./clock.ts";
import { Connection, type EndReason, type HeartbeatKind } from "./connection.ts";
import { type Chunk, encodeFarewell, encodeHeartbeat, encodeOpening } from "./encode.ts";
import type { Logger } from "./logger.ts";
import type { Sink } from "./sink/types.ts";
import { jitter, type Span, type Stop, type Timers } from "./timers.ts";

export interface Limits {
  /** Streams open at once. */
  readonly maxConnections: number;
  /** A stream ends itself after this many milliseconds, or up to a tenth before; 0: never. */
  readonly maxConnectionMs: number;
  /** Silence for this many milliseconds brings a heartbeat. */
  readonly heartbeatMs: number;
}

export interface HubOptions {
  readonly timers: Timers;
  readonly limits: Limits;
  readonly logger: Logger;
  /** Whether the process goes on when a request's handler is done: a server of our own, not a function of a platform. */
  readonly longLived: boolean;
  /**
   * Runs the work as if no request had asked for it. What a stream is made of outlives its request's handler, and would otherwise
   * carry along all that the framework keeps for the handler.
   */
  readonly outside: <T>(work: () => T) => T;
}

/** open: takes streams. draining: takes no more, and soon ends those it has. */
export type HubState = "open" | "draining";

export type Refusal = "full" | "shutdown";

export interface StreamRequest {
  readonly sink: Sink;
  readonly heartbeat: HeartbeatKind;
}

export type Subscribed =
  | { readonly open: true; readonly connection: Connection }
  | { readonly open: false; readonly reason: Refusal };

/**
 * How long clients are told to wait before they come back, in milliseconds. Each is told its own time from the span:
 * ten thousand clients of one server do not come back in the same second.
 */
const RETRY = {
  /** Told at the start, for when the stream is lost. */
  lost: { from: 1_000, to: 3_000 },
  "maximum age": { from: 100, to: 1_000 },
  shutdown: { from: 1_000, to: 5_000 },
  full: { from: 10_000, to: 30_000 },
} as const satisfies Record<string, Span>;

/** The engine: who listens, what they get, and when it ends. */
export class Hub {
  readonly timers: Timers;
  readonly limits: Limits;
  readonly longLived: boolean;
  readonly outside: HubOptions["outside"];
  readonly #logger: Logger;
  readonly #connections = new Set<Connection>();
  readonly #clockAudience: Audience;
  #state: HubState = "open";
  #opened = 0;
  #onEmpty: (() => void) | undefined;

  constructor({ timers, limits, logger, longLived, outside }: HubOptions) {
    this.limits = limits;
    this.longLived = longLived;
    this.outside = outside;
    this.timers = timers;
    this.#logger = logger;
    const clock = new Clock(timers, (packet) => this.#clockAudience.send(packet));
    this.#clockAudience = new Audience({
      timers,
      heartbeatMs: limits.heartbeatMs,
      heartbeatEvent: encodeHeartbeat(limits.heartbeatMs / 1000),
      onOccupied: () => clock.start(),
      onEmpty: () => clock.stop(),
    });
  }

  get state(): HubState {
    return this.#state;
  }

  /** How many streams are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Why a stream can't be opened now; undefined: it can. */
  refusal(): Refusal | undefined {
    if (this.#state === "draining") return "shutdown";
    return this.#connections.size < this.limits.maxConnections ? undefined : "full";
  }

  /** Opens a stream of the server's clock, or says why not; a refused request gets `retryMs(reason)`. */
  subscribeToClock(request: StreamRequest): Subscribed {
    const reason = this.refusal();
    if (reason !== undefined) return { open: false, reason };
    const connection = this.#open(request, this.#clockAudience);
    this.#clockAudience.join(connection);
    return { open: true, connection };
  }

  /** A time after which to come back, in milliseconds, a new one at each call. */
  retryMs(reason: keyof typeof RETRY): number {
    return jitter(this.timers, RETRY[reason]);
  }

  /**
   * Takes no stream from now on; after `graceMs` milliseconds, in which load balancers notice, ends each stream cleanly.
   * Resolves when the last has closed: a reader that has stalled may keep it waiting.
   */
  async drain(graceMs: number): Promise<void> {
    this.#state = "draining";
    await new Promise<void>((resolve) => this.timers.after(graceMs, resolve));
    const emptied = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const connection of this.#connections) this.#end(connection, "shutdown");
    if (this.#connections.size > 0) await emptied;
  }

  #open({ sink, heartbeat }: StreamRequest, audience: Audience): Connection {
    const { timers } = this;
    const openedAt = timers.elapsed();
    this.#opened += 1;
    const connection: Connection = new Connection({
      id: `${timers.now().toString(36)}-${this.#opened.toString(36)}`,
      sink,
      heartbeat,
      onClose: (reason) => {
        stopAge?.();
        audience.leave(connection);
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onEmpty?.();
        const { id, events } = connection;
        const seconds = Math.round(timers.elapsed() - openedAt) / 1000;
        this.#logger.info({ connection: id, seconds, events, reason }, "stream closed");
      },
    });
    const stopAge = this.#endWithAge(connection);
    this.#connections.add(connection);
    const fields = { connection: connection.id, connections: this.#connections.size };
    this.#logger.info(fields, "stream opened");
    connection.send(this.#opening(heartbeat));
    return connection;
  }

  #endWithAge(connection: Connection): Stop | undefined {
    const age = this.limits.maxConnectionMs;
    if (age === 0) return undefined;
    const ms = jitter(this.timers, { from: age * 0.9, to: age });
    return this.timers.after(ms, () => this.#end(connection, "maximum age"));
  }

  #opening(heartbeat: HeartbeatKind): Chunk {
    const retryMs = this.retryMs("lost");
    return heartbeat === "event"
      ? encodeOpening({ retryMs, heartbeatSeconds: this.limits.heartbeatMs / 1000 })
      : encodeOpening({ retryMs });
  }

  #end(connection: Connection, reason: EndReason): void {
    connection.end(reason, encodeFarewell(this.retryMs(reason)));
  }
}
