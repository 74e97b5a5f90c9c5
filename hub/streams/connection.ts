import { type Floors, type Position, START } from "../log/log.ts";
import { type Chunk, NOTHING } from "../wire/encode.ts";
import type { Sink, SinkOwner } from "./sink.ts";

/** Why the hub ends a connection. */
export type EndReason = "maximum age" | "shutdown" | "token expired" | "log unavailable";

/** Why a connection has closed; the log lines use these words. */
export type CloseReason = "client left" | EndReason;

export type HeartbeatKind = "comment" | "event";

/**
 * live: the connection is up to date, and its sink accepts bytes. replaying: its next page is being read. lagging: its sink is full,
 * and only its position is kept. ending: its last bytes are on their way; it still counts, because a stalled reader keeps its socket
 * open. closed: the final state.
 */
export type ConnectionState = "live" | "replaying" | "lagging" | "ending" | "closed";

/** One write after a position, and the position that it reaches. */
export interface Step {
  readonly chunk: Chunk;
  readonly to: Position;
  /** If set, the chunk reports a gap, in each lane up to this position. */
  readonly gapTold?: Floors;
}

/** The source that a connection reads. Connections that see the same events share one. */
export interface Feed {
  /**
   * Returns the next write after `position`. undefined: there is none yet. A promise: the page must be read first; it rejects if the
   * read fails.
   * @param gapTold gaps up to there, lane by lane, were already reported to the connection
   */
  next(position: Position, gapTold: Floors): Step | Promise<Step> | undefined;
}

/** The position where a connection begins to read. */
export interface Start {
  readonly position: Position;
  readonly gapTold: Floors;
}

const NO_GAP: Floors = { updates: START, subscriptions: START };

/** Counts of the writes of all connections together. */
export interface Traffic {
  events: number;
  /** The number of these events that were replayed from history. */
  replayed: number;
  bytes: number;
  /** The number of times that a sink was full. */
  lagged: number;
  /** The number of gaps that were reported to readers. */
  gaps: number;
}

export interface ConnectionOptions {
  readonly id: string;
  readonly sink: Sink;
  readonly heartbeat: HeartbeatKind;
  readonly traffic: Traffic;
  /** Called when the next page could not be read. */
  readonly onUnreadable: (error: unknown) => void;
  /** Called once, when the connection has closed. */
  readonly onClose: (reason: CloseReason) => void;
}

/** One open stream. It keeps a position and no queue: if it can't write an entry at once, it reads the entry again later. */
export class Connection implements SinkOwner {
  readonly id: string;
  readonly heartbeat: HeartbeatKind;
  readonly #sink: Sink;
  readonly #options: ConnectionOptions;
  #state: ConnectionState = "live";
  #reason: CloseReason = "client left";
  #events = 0;
  #feed: Feed | undefined;
  #position = 0 as Position;
  #gapTold: Floors = NO_GAP;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.heartbeat = options.heartbeat;
    this.#sink = options.sink;
    this.#options = options;
    this.#sink.attach(this);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The number of events that were written to it. */
  get events(): number {
    return this.#events;
  }

  /** Writes the first bytes. If the sink is full after them, that does not count as lagging: no reader has begun to read yet. */
  begin(chunk: Chunk): void {
    this.#put(chunk);
  }

  /**
   * Writes the chunk if the connection is live; otherwise skips it.
   * @param to the connection's position after the chunk: a live connection has received everything up to there
   */
  send(chunk: Chunk, to: Position = this.#position): void {
    if (this.#state !== "live") return;
    this.#position = to;
    this.#write(chunk);
  }

  /** Begins to read the feed at this position. */
  follow(feed: Feed, { position, gapTold }: Start): void {
    this.#feed = feed;
    this.#position = position;
    this.#gapTold = gapTold;
    this.advance();
  }

  /** Reads the feed and writes its entries, until there are no more or the sink is full. */
  advance(): void {
    if (!this.#feed) return;
    while (this.#state === "live") {
      const step = this.#feed.next(this.#position, this.#gapTold);
      if (step === undefined) return;
      if (step instanceof Promise) {
        this.#state = "replaying";
        step.then((read) => this.#replayed(read), this.#options.onUnreadable);
        return;
      }
      this.#take(step);
    }
  }

  /** Ends the stream cleanly. Writes the last bytes even if the connection lags. Idempotent. */
  end(reason: EndReason, lastWords: Chunk): void {
    if (this.#state === "ending" || this.#state === "closed") return;
    this.#state = "ending";
    this.#reason = reason;
    this.#sink.write(lastWords);
    this.#sink.end();
  }

  /** Cuts the stream, unless it has closed already. */
  destroy(): void {
    if (this.#state !== "closed") this.#sink.destroy();
  }

  drained(): void {
    if (this.#state !== "lagging") return;
    this.#state = "live";
    this.advance();
  }

  /** Called when the sink has closed, or when the request was aborted and the sink does not know it yet. Idempotent. */
  closed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#sink.end();
    this.#options.onClose(this.#reason);
  }

  #replayed(step: Step): void {
    if (this.#state !== "replaying") return;
    this.#state = "live";
    this.#take(step);
    this.advance();
  }

  #take({ chunk, to, gapTold }: Step): void {
    this.#position = to;
    if (gapTold !== undefined) this.#gapTold = gapTold;
    if (chunk !== NOTHING) this.#write(chunk);
  }

  #write(chunk: Chunk): void {
    if (!this.#put(chunk)) this.#options.traffic.lagged += 1;
  }

  /** Writes the chunk. Returns false if the sink is now full. */
  #put(chunk: Chunk): boolean {
    const { traffic } = this.#options;
    this.#events += chunk.events;
    traffic.events += chunk.events;
    traffic.bytes += chunk.bytes.length;
    const hasRoom = this.#sink.write(chunk);
    if (!hasRoom) this.#state = "lagging";
    return hasRoom;
  }
}
