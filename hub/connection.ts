import type { Chunk } from "./encode.ts";
import type { Sink, SinkOwner } from "./sink/types.ts";

/** Why a connection ended, as the log says it. */
export type EndReason = "client left" | "maximum age" | "shutdown";

export type HeartbeatKind = "comment" | "event";

/**
 * live: its sink takes bytes. lagging: the sink is full and nothing is kept for it.
 * closed: for good.
 */
export type ConnectionState = "live" | "lagging" | "closed";

export interface ConnectionOptions {
  readonly id: string;
  readonly sink: Sink;
  readonly heartbeat: HeartbeatKind;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Called once, when the connection has closed. */
  readonly onClose: (reason: EndReason) => void;
}

/** One open stream. It never queues: what it cannot write at once, it does not hold. */
export class Connection implements SinkOwner {
  readonly id: string;
  readonly heartbeat: HeartbeatKind;
  readonly openedAt: number;
  readonly #sink: Sink;
  readonly #onClose: ConnectionOptions["onClose"];
  #state: ConnectionState = "live";
  #events = 0;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.heartbeat = options.heartbeat;
    this.openedAt = options.openedAt;
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

  /** Writes the chunk if the connection is live; a lagging or closed one lets it pass. */
  send(chunk: Chunk): void {
    if (this.#state !== "live") return;
    this.#events += chunk.events;
    if (!this.#sink.write(chunk)) this.#state = "lagging";
  }

  /** Ends the stream cleanly, its last words written even if it lags. Idempotent. */
  end(reason: EndReason, lastWords: Chunk): void {
    if (this.#state === "closed") return;
    this.#sink.write(lastWords);
    this.#sink.end();
    this.#close(reason);
  }

  drained(): void {
    if (this.#state === "lagging") this.#state = "live";
  }

  left(): void {
    if (this.#state === "closed") return;
    this.#sink.end();
    this.#close("client left");
  }

  #close(reason: EndReason): void {
    this.#state = "closed";
    this.#onClose(reason);
  }
}
