import { type Position, START } from "../log/log.ts";
import type { HeartbeatKind } from "../streams/connection.ts";
import { type Chunk, COMMENT, encodeCursor, encodeHeartbeat, join } from "../wire/encode.ts";
import type { History } from "./history.ts";

/** What one heartbeat is, for those who want it seen and those who don't. */
export type Beat = Readonly<Record<HeartbeatKind, Chunk>> & {
  /** Where it takes its readers' ids to. */
  readonly to?: Position;
};

/** A heartbeat that says no more than that somebody is there. */
export function plainBeat(heartbeatMs: number): Beat {
  return { comment: COMMENT, event: encodeHeartbeat(heartbeatMs / 1000) };
}

/**
 * Heartbeats of topics on which nothing happens: when other topics have moved the log on, they take the clients' Last-Event-ID
 * along, so that what is trimmed meanwhile is no gap for them.
 */
export class Pulse {
  readonly #history: History;
  readonly #isSettled: () => boolean;
  readonly #plain: Beat;
  #told: Position = START;

  /** @param isSettled tells whether all that was delivered has reached these connections: else their ids stay where they are */
  constructor(history: History, heartbeatMs: number, isSettled: () => boolean) {
    this.#history = history;
    this.#isSettled = isSettled;
    this.#plain = plainBeat(heartbeatMs);
  }

  /** Somebody has come who may have an older id. */
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
