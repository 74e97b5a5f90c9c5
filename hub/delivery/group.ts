import type { Stop, Timers } from "../base/timers.ts";
import type { Floors, Position } from "../log/log.ts";
import type { Connection, Feed, Step } from "../streams/connection.ts";
import type { Chunk } from "../wire/encode.ts";
import type { Beat } from "./pulse.ts";

export interface GroupOptions {
  readonly timers: Timers;
  /** A heartbeat is sent after this many milliseconds without a write. */
  readonly heartbeatMs: number;
  /** Returns the next heartbeat to send. */
  readonly heartbeat: () => Beat;
  /** The feed that its connections read; without a feed, they get only the chunks of `send`. */
  readonly feed?: Feed;
  readonly onJoin: () => void;
  /** Called when the last connection has left. */
  readonly onEmpty: () => void;
}

/** The connections that receive the same bytes. Each chunk is one buffer for all of them. */
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

  /** Sends the chunk to the connections that are live. The others skip it. */
  send(chunk: Chunk): void {
    this.sent();
    for (const connection of this.#connections) connection.send(chunk);
  }

  /** Makes each connection read on: the feed has more. */
  advance(): void {
    for (const connection of this.#connections) connection.advance();
  }

  next(position: Position, gapTold: Floors): Step | Promise<Step> | undefined {
    return this.#options.feed?.next(position, gapTold);
  }

  /** Records that the live connections were just written to. The heartbeat interval starts anew. */
  sent(): void {
    this.#lastSent = this.#options.timers.elapsed();
  }

  // One timer for each group. A write only records its time. When the timer fires early, it is armed again for the time that is left.
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
