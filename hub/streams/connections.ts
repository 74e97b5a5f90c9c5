import type { Logger } from "../base/logger.ts";
import { jitter, type Span, type Stop, type Timers } from "../base/timers.ts";
import {
  type Chunk,
  encodeFarewell,
  encodeHeartbeat,
  encodeOpening,
  join,
} from "../wire/encode.ts";
import {
  type CloseReason,
  Connection,
  type EndReason,
  type HeartbeatKind,
  type Traffic,
} from "./connection.ts";
import type { Sink } from "./sink.ts";

export interface Limits {
  /** The most streams open at once. */
  readonly maxConnections: number;
  /** The most streams of one client. */
  readonly maxConnectionsPerClient: number;
  /** A stream ends itself after this many milliseconds, or up to a tenth before; 0: never. */
  readonly maxConnectionMs: number;
  /** A heartbeat is sent after this many milliseconds without a write. */
  readonly heartbeatMs: number;
}

/** Why a stream can't be opened. */
export type Refusal =
  | "full"
  | "client full"
  | "patterns full"
  | "client patterns full"
  | "shutdown";

/** The fields of every request for a stream. */
export interface StreamRequest {
  /** The connection's id, from `Connections.newId`. Each log line about the request has it, also if no stream was opened. */
  readonly id: string;
  readonly sink: Sink;
  readonly heartbeat: HeartbeatKind;
  /** The client, for the limits of one client. */
  readonly client: string;
}

export interface Opening extends StreamRequest {
  /** Bytes right after the opening, before all events and the first heartbeat. */
  readonly first?: Chunk;
  /** The latest time at which the stream ends, in milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Fields that are added to the log line of the opening. */
  readonly fields?: object;
  readonly onClose: (connection: Connection) => void;
}

/**
 * The spans of the retry time that clients receive, in milliseconds. Each client gets a random time from the span, so that ten
 * thousand clients of one server do not reconnect in the same second.
 */
const RETRY = {
  /** Sent in the opening, for a stream that is lost later. */
  lost: { from: 1_000, to: 3_000 },
  "maximum age": { from: 100, to: 1_000 },
  "token expired": { from: 100, to: 1_000 },
  shutdown: { from: 1_000, to: 5_000 },
  "log unavailable": { from: 1_000, to: 5_000 },
  full: { from: 10_000, to: 30_000 },
  "client full": { from: 10_000, to: 30_000 },
  "patterns full": { from: 10_000, to: 30_000 },
  "client patterns full": { from: 10_000, to: 30_000 },
} as const satisfies Record<string, Span>;

/** The longest time to send the end of a stream, in milliseconds. After it, a stalled reader is cut, and its unsent bytes are lost. */
const END_MS = 2_000;

/** The longest timer, in milliseconds: Node counts them in 32 bits. */
const LONGEST_TIMER_MS = 2 ** 30;

export interface ConnectionsOptions {
  readonly timers: Timers;
  readonly limits: Limits;
  readonly logger: Logger;
  readonly traffic: Traffic;
}

/** All open streams. Bounds their number, and ends each of them in time. */
export class Connections {
  readonly #timers: Timers;
  readonly #limits: Limits;
  readonly #logger: Logger;
  readonly #traffic: Traffic;
  readonly #open = new Set<Connection>();
  readonly #byClient = new Map<string, number>();
  /** Connections whose end is on its way. Each value stops the timer that would cut the connection. */
  readonly #ending = new Map<Connection, Stop>();
  #ids = 0;
  #isShutDown = false;
  #onEmpty: (() => void) | undefined;

  constructor({ timers, limits, logger, traffic }: ConnectionsOptions) {
    this.#timers = timers;
    this.#limits = limits;
    this.#logger = logger;
    this.#traffic = traffic;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Returns why this client can't open a stream now; undefined: it can. */
  refusal(client: string): Refusal | undefined {
    if (this.#isShutDown) return "shutdown";
    if (this.#open.size >= this.#limits.maxConnections) return "full";
    const its = this.#byClient.get(client) ?? 0;
    return its < this.#limits.maxConnectionsPerClient ? undefined : "client full";
  }

  /** Returns a random time to wait before a reconnect, in milliseconds; a new one at each call. */
  retryMs(reason: keyof typeof RETRY): number {
    return jitter(this.#timers, RETRY[reason]);
  }

  /** The number of streams whose reader is too slow now. */
  get lagging(): number {
    let lagging = 0;
    for (const { state } of this.#open) if (state === "lagging") lagging += 1;
    return lagging;
  }

  /** Returns a new id. It is unique, also among the ids of other processes. */
  newId(): string {
    this.#ids += 1;
    return `${this.#timers.now().toString(36)}-${this.#ids.toString(36)}`;
  }

  /** Opens a stream, and writes its first bytes. */
  open({ id, sink, heartbeat, client, first, expiresAt, fields, onClose }: Opening): Connection {
    const timers = this.#timers;
    const openedAt = timers.elapsed();
    const connection: Connection = new Connection({
      id,
      sink,
      heartbeat,
      traffic: this.#traffic,
      onUnreadable: (error) => {
        this.#logger.warn({ connection: connection.id, error: String(error) }, "log unavailable");
        this.end(connection, "log unavailable");
      },
      onClose: (reason) => {
        for (const stop of stops) stop();
        onClose(connection);
        this.#forget(connection, client);
        const seconds = Math.round(timers.elapsed() - openedAt) / 1000;
        this.#tellClosed(connection, seconds, reason);
      },
    });
    const stops = [this.#endWithAge(connection), this.#endAt(connection, expiresAt)];
    this.#open.add(connection);
    this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + 1);
    this.#logger.info({ connection: id, connections: this.size, ...fields }, "stream opened");
    connection.begin(this.#opening(heartbeat, first));
    return connection;
  }

  /** Ends the stream cleanly, and sends its client the time to reconnect. Cuts the stream if the end is not sent within `END_MS`. */
  end(connection: Connection, reason: EndReason): void {
    connection.end(reason, encodeFarewell(this.retryMs(reason)));
    if (connection.state !== "ending" || this.#ending.has(connection)) return;
    const stop = this.#timers.after(END_MS, () => {
      this.#logger.info(
        { connection: connection.id, reason },
        "stream cut: its reader has stalled",
      );
      connection.destroy();
    });
    this.#ending.set(connection, stop);
  }

  /** Refuses every new stream from now on. */
  shutDown(): void {
    this.#isShutDown = true;
  }

  /** Ends each stream cleanly. Resolves when the last one has closed; a stalled reader may delay this. */
  async endAll(): Promise<void> {
    const emptied = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    for (const connection of this.#open) this.end(connection, "shutdown");
    if (this.#open.size > 0) await emptied;
  }

  #forget(connection: Connection, client: string): void {
    this.#open.delete(connection);
    this.#ending.get(connection)?.();
    this.#ending.delete(connection);
    const left = (this.#byClient.get(client) ?? 1) - 1;
    if (left === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, left);
    if (this.#open.size === 0) this.#onEmpty?.();
  }

  #tellClosed({ id, events }: Connection, seconds: number, reason: CloseReason): void {
    this.#logger.info({ connection: id, seconds, events, reason }, "stream closed");
  }

  #endWithAge(connection: Connection): () => void {
    const age = this.#limits.maxConnectionMs;
    if (age === 0) return () => {};
    const ms = jitter(this.#timers, { from: age * 0.9, to: age });
    return this.#timers.after(ms, () => this.end(connection, "maximum age"));
  }

  // [spec] A stream ends no later than its token: Mercure, section Subscribers.
  #endAt(connection: Connection, expiresAt: number | undefined): () => void {
    if (expiresAt === undefined || expiresAt === Number.POSITIVE_INFINITY) return () => {};
    let stop = () => {};
    const arm = () => {
      const left = Math.max(expiresAt - this.#timers.now(), 0);
      stop = this.#timers.after(Math.min(left, LONGEST_TIMER_MS), () => {
        if (this.#timers.now() < expiresAt) arm();
        else this.end(connection, "token expired");
      });
    };
    arm();
    return () => stop();
  }

  /** Makes the first bytes. `first` has the stream's id and precedes the heartbeat, so that a script sees this id with the heartbeat. */
  #opening(heartbeat: HeartbeatKind, first: Chunk | undefined): Chunk {
    const opening = encodeOpening(this.retryMs("lost"));
    const more = first ? [first] : [];
    if (heartbeat === "event") more.push(encodeHeartbeat(this.#limits.heartbeatMs / 1000));
    return join([opening, ...more]);
  }
}
