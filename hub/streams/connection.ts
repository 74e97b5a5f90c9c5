import { type Floors, type Position, START } from "../log/log.ts";
import { type Chunk, NOTHING } from "../wire/encode.ts";
import type { Sink, SinkOwner } from "./sink.ts";

/** Why the hub ends a connection. */
export type EndReason = "maximum age" | "shutdown" | "token expired" | "log unavailable";

/** Why a connection is over, as the log says it. */
export type CloseReason = "client left" | EndReason;

export type HeartbeatKind = "comment" | "event";

/**
 * live: it has all that there is, and its sink takes bytes. replaying: what comes next is being read. lagging: the sink is full, and
 * nothing is kept for it but its position. ending: its last words are on their way, and it still counts, since a reader that has
 * stalled still holds its socket. closed: for good.
 */
export type ConnectionState = "live" | "replaying" | "lagging" | "ending" | "closed";

/** What comes after a position: one write, and where it leads. */
export interface Step {
  readonly chunk: Chunk;
  readonly to: Position;
  /** The chunk reports a gap, in each lane up to here. */
  readonly gapTold?: Floors;
}

/** Where a connection reads; one for all that see the same. */
export interface Feed {
  /**
   * undefined: there is nothing beyond `position` yet. A promise: it has to be read first; it rejects if that can't be done.
   * @param gapTold the connection's reader knows of gaps up to there, lane by lane
   */
  next(position: Position, gapTold: Floors): Step | Promise<Step> | undefined;
}

/** Where a connection begins to read. */
export interface Start {
  readonly position: Position;
  readonly gapTold: Floors;
}

const NO_GAP: Floors = { updates: START, subscriptions: START };

/** What all connections together have written. */
export interface Traffic {
  events: number;
  /** Of those, how many were not new when they were written. */
  replayed: number;
  bytes: number;
  /** How often a sink was full. */
  lagged: number;
  /** How often a reader was told that something is missing. */
  gaps: number;
}

export interface ConnectionOptions {
  readonly id: string;
  readonly sink: Sink;
  readonly heartbeat: HeartbeatKind;
  readonly traffic: Traffic;
  /** What comes next could not be read. */
  readonly onUnreadable: (error: unknown) => void;
  /** Called once, when the connection has closed. */
  readonly onClose: (reason: CloseReason) => void;
}

/** One open stream. It holds a position and never a queue: what it cannot write at once, it reads again later. */
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

  /** How many events were written to it. */
  get events(): number {
    return this.#events;
  }

  /** Writes what comes first. That nobody reads it yet does not make a reader slow. */
  begin(chunk: Chunk): void {
    this.#put(chunk);
  }

  /**
   * Writes the chunk if the connection is live; otherwise lets it pass.
   * @param to where the chunk takes its reader: one that is live has all up to there
   */
  send(chunk: Chunk, to: Position = this.#position): void {
    if (this.#state !== "live") return;
    this.#position = to;
    this.#write(chunk);
  }

  /** Reads on from here, from now on. */
  follow(feed: Feed, { position, gapTold }: Start): void {
    this.#feed = feed;
    this.#position = position;
    this.#gapTold = gapTold;
    this.advance();
  }

  /** There may be more to read. Writes it as far as the sink takes it. */
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

  /** Ends the stream cleanly, its last words written even if it lags. Idempotent. */
  end(reason: EndReason, lastWords: Chunk): void {
    if (this.#state === "ending" || this.#state === "closed") return;
    this.#state = "ending";
    this.#reason = reason;
    this.#sink.write(lastWords);
    this.#sink.end();
  }

  /** Cuts the stream, if its end has not gone out yet. */
  destroy(): void {
    if (this.#state !== "closed") this.#sink.destroy();
  }

  drained(): void {
    if (this.#state !== "lagging") return;
    this.#state = "live";
    this.advance();
  }

  /** The sink has closed, or the request is known to be aborted before the sink knows. Idempotent. */
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

  /** False: the sink is full, and takes nothing more for now. */
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
