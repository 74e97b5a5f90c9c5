import type { Chunk } from "./encode.ts";
import type { Sink, SinkOwner } from "./sink/types.ts";

/** Why the hub ends a connection. */
export type EndReason = "maximum age" | "shutdown";

/** Why a connection is over, as the log says it. */
export type CloseReason = "client left" | EndReason;

export type HeartbeatKind = "comment" | "event";

/**
 * live: its sink takes bytes. lagging: the sink is full, and nothing is kept for it. ending: its last words are on their way, and it
 * still counts, since a reader that has stalled still holds its socket. closed: for good.
 */
export type ConnectionState = "live" | "lagging" | "ending" | "closed";

export interface ConnectionOptions {
  readonly id: string;
  readonly sink: Sink;
  readonly heartbeat: HeartbeatKind;
  /** Called once, when the connection has closed. */
  readonly onClose: (reason: CloseReason) => void;
}

/** One open stream. It never queues: what it cannot write at once, it does not hold. */
export class Connection implements SinkOwner {
  readonly id: string;
  readonly heartbeat: HeartbeatKind;
  readonly #sink: Sink;
  readonly #onClose: ConnectionOptions["onClose"];
  #state: ConnectionState = "live";
  #reason: CloseReason = "client left";
  #events = 0;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.heartbeat = options.heartbeat;
    this.#sink = options.sink;
    this.#onClose = options.onClose;
    this.#sink.attach(this);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** How many events were written to it. */
  get events(): number {
    return this.#events;
  }

  /** Writes the chunk if the connection is live; otherwise lets it pass. */
  send(chunk: Chunk): void {
    if (this.#state !== "live") return;
    this.#events += chunk.events;
    if (!this.#sink.write(chunk)) this.#state = "lagging";
  }

  /** Ends the stream cleanly, its last words written even if it lags. Idempotent. */
  end(reason: EndReason, lastWords: Chunk): void {
    if (this.#state === "ending" || this.#state === "closed") return;
    this.#state = "ending";
    this.#reason = reason;
    this.#sink.write(lastWords);
    this.#sink.end();
  }

  drained(): void {
    if (this.#state === "lagging") this.#state = "live";
  }

  /** The sink has closed, or the request is known to be aborted before the sink knows. Idempotent. */
  closed(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#sink.end();
    this.#onClose(this.#reason);
  }
}
