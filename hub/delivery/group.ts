import type { Stop, Timers } from "../base/timers.ts";
import type { Floors, Position } from "../log/log.ts";
import type { Connection, Feed, Step } from "../streams/connection.ts";
import type { Chunk } from "../wire/encode.ts";
import type { Beat } from "./pulse.ts";

export interface GroupOptions {
  readonly timers: Timers;
  /** Silence for this long brings a heartbeat, in milliseconds. */
  readonly heartbeatMs: number;
  /** What breaks the silence. */
  readonly heartbeat: () => Beat;
  /** What its connections read; without it, they get what is sent. */
  readonly feed?: Feed;
  readonly onJoin: () => void;
  /** The last connection has gone. */
  readonly onEmpty: () => void;
}

/** The connections that see the same events to the byte: a chunk is one buffer for all of them. */
export class Group implements Feed {
  readonly #connections = new Set<Connection>();
  readonly #options: GroupOptions;
  #lastSent = 0;
  #stopHeartbeat: Stop | undefined;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#connections.size;
  }

  join(connection: Connection): void {
    this.#connections.add(connection);
    this.#options.onJoin();
    if (this.#connections.size > 1) return;
    this.sent();
    this.#armHeartbeat(this.#options.heartbeatMs);
  }

  leave(connection: Connection): void {
    if (!this.#connections.delete(connection) || this.#connections.size > 0) return;
    this.#stopHeartbeat?.();
    this.#stopHeartbeat = undefined;
    this.#options.onEmpty();
  }

  /** To those that are live; the others let it pass. */
  send(chunk: Chunk): void {
    this.sent();
    for (const connection of this.#connections) connection.send(chunk);
  }

  /** There is more to read, for all of them. */
  advance(): void {
    for (const connection of this.#connections) connection.advance();
  }

  next(position: Position, gapTold: Floors): Step | Promise<Step> | undefined {
    return this.#options.feed?.next(position, gapTold);
  }

  /** Something went out to those that are live: the silence begins anew. */
  sent(): void {
    this.#lastSent = this.#options.timers.elapsed();
  }

  // One timer for each group. What is sent only notes the time: the timer looks at it when it fires, and sets out again for what is left.
  #armHeartbeat(ms: number): void {
    this.#stopHeartbeat = this.#options.timers.after(ms, () => {
      const { timers, heartbeatMs } = this.#options;
      const silence = timers.elapsed() - this.#lastSent;
      if (silence < heartbeatMs) return this.#armHeartbeat(heartbeatMs - silence);
      this.sent();
      this.#beat();
      this.#armHeartbeat(heartbeatMs);
    });
  }

  #beat(): void {
    const beat = this.#options.heartbeat();
    for (const connection of this.#connections)
      connection.send(beat[connection.heartbeat], beat.to);
  }
}
