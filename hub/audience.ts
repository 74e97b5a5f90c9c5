import type { Connection } from "./connection.ts";
import { type Chunk, COMMENT } from "./encode.ts";
import type { Stop, Timers } from "./timers.ts";

export interface AudienceOptions {
  readonly timers: Timers;
  /** Silence for this long brings a heartbeat, in milliseconds. */
  readonly heartbeatMs: number;
  /** What connections get that asked for a heartbeat that scripts can see. */
  readonly heartbeatEvent: Chunk;
  /** The first connection has come. */
  readonly onOccupied: () => void;
  /** The last connection has gone. */
  readonly onEmpty: () => void;
}

/** The connections that see the same events. A chunk is one buffer for all of them. */
export class Audience {
  readonly #connections = new Set<Connection>();
  readonly #options: AudienceOptions;
  #lastSent = 0;
  #stopHeartbeat: Stop | undefined;

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#connections.size;
  }

  join(connection: Connection): void {
    this.#connections.add(connection);
    if (this.#connections.size > 1) return;
    this.#lastSent = this.#options.timers.elapsed();
    this.#armHeartbeat(this.#options.heartbeatMs);
    this.#options.onOccupied();
  }

  leave(connection: Connection): void {
    if (!this.#connections.delete(connection) || this.#connections.size > 0) return;
    this.#stopHeartbeat?.();
    this.#stopHeartbeat = undefined;
    this.#options.onEmpty();
  }

  send(chunk: Chunk): void {
    this.#lastSent = this.#options.timers.elapsed();
    for (const connection of this.#connections) connection.send(chunk);
  }

  // One timer for each audience. A send only notes the time: the timer looks at it when it fires, and sets out again for what is left.
  #armHeartbeat(ms: number): void {
    this.#stopHeartbeat = this.#options.timers.after(ms, () => {
      const { timers, heartbeatMs, heartbeatEvent } = this.#options;
      const silence = timers.elapsed() - this.#lastSent;
      if (silence < heartbeatMs) return this.#armHeartbeat(heartbeatMs - silence);
      this.#lastSent = timers.elapsed();
      for (const connection of this.#connections) {
        connection.send(connection.heartbeat === "event" ? heartbeatEvent : COMMENT);
      }
      this.#armHeartbeat(heartbeatMs);
    });
  }
}
