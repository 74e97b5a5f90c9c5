import type { Status } from "./snapshot.ts";

/** An event as it arrived. Source: WHATWG HTML, section 9.2.6. */
export interface StreamEvent {
  /** The Last-Event-ID that it left behind; "" where the server gives none. */
  readonly id: string;
  /** `message`, unless the server says another. */
  readonly type: string;
  readonly data: string;
}

/** What a feed tells. Nothing is told after `stop()`. */
export interface FeedHandlers {
  onStatus(status: Status): void;
  onOpen(): void;
  onEvent(event: StreamEvent): void;
  /** The Last-Event-ID moved on without an event: other topics' traffic. */
  onCursor(id: string): void;
  /** Events are missing between the last one and the next. */
  onGap(): void;
  /**
   * The connection was lost, or never came about; told once until the next onOpen, and again where there is something else to mend.
   * `next`: why, and what happens now.
   */
  onLoss(next: string): void;
}

/** Where events come from: a connection of one's own, or one that the browser's tabs share. */
export interface Feed {
  /**
   * Begins, in place of what there was.
   * @param after the Last-Event-ID to go on from; undefined: with what comes next
   */
  start(after?: string): void;
  /** Ends it, and tries no more. Idempotent. */
  stop(): void;
  /** Ends a wait before the next try: the network is back, or somebody looks. */
  hurry(): void;
}
