import { type Position, START } from "../log/log.ts";
import type { HeartbeatKind } from "../streams/connection.ts";
import { type Chunk, COMMENT, encodeCursor, encodeHeartbeat, join } from "../wire/encode.ts";
import type { History } from "./history.ts";

/** One heartbeat, in its two forms: an event that scripts can see, and a comment that they can't. */
export type Beat = Readonly<Record<HeartbeatKind, Chunk>> & {
  /** The position that the heartbeat moves its readers' Last-Event-ID to. */
  readonly to?: Position;
};

/** Makes a heartbeat without an id: it only shows that the connection is open. */
export function plainBeat(heartbeatMs: number): Beat {
  return { comment: COMMENT, event: encodeHeartbeat(heartbeatMs / 1000) };
}

/**
 * Heartbeats of a group without new updates. When other topics have grown the log, a heartbeat moves the clients' Last-Event-ID
 * forward. So the log can trim those entries without a gap for these clients.
 */
export class Pulse {
  readonly #history: History;
  readonly #isSettled: () => boolean;
  readonly #plain: Beat;
  #told: Position = START;

  /** @param isSettled returns whether every delivered entry has reached these connections; if not, heartbeats do not move their ids */
  constructor(history: History, heartbeatMs: number, isSettled: () => boolean) {
    this.#history = history;
    this.#isSettled = isSettled;
    this.#plain = plainBeat(heartbeatMs);
  }

  /** Makes the next heartbeat carry an id again: a connection has joined that may have an older one. */
  tellAnew(): void {
    this.#told = START;
  }

  beat(): Beat {
    const { delivered } = this.#history;
    if (delivered === this.#told || !this.#isSettled()) return this.#plain;
    this.#told = delivered;
    const cursor = encodeCursor(this.#history.cursor(delivered));
    return { comment: cursor, event: join([cursor, this.#plain.event]), to: delivered };
  }
}
