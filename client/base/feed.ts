import type { Status } from "./snapshot.ts";

/** An event as it arrived. Source: WHATWG HTML, section 9.2.6. */
export interface StreamEvent {
  /** The Last-Event-ID after this event; "" if the server sends no ids. */
  readonly id: string;
  /** `message`, unless the server sends another type. */
  readonly type: string;
  readonly data: string;
}

/** Callbacks for the reports of a feed. A feed reports nothing after `stop()`. */
export interface FeedHandlers {
  onStatus(status: Status): void;
  onOpen(): void;
  onEvent(event: StreamEvent): void;
  /** The Last-Event-ID moved on without an event: the hub got updates on other topics. */
  onCursor(id: string): void;
  /** Events are missing between the last one and the next. */
  onGap(): void;
  /**
   * The connection was lost, or was never made. Called once until the next onOpen, and again when there is another problem to solve.
   * `next`: why it was lost, and the next step.
   */
  onLoss(next: string): void;
}

/** A source of events: a connection of its own, or one that the browser's tabs share. */
export interface Feed {
  /**
   * Starts a connection, and replaces the earlier one.
   * @param after the Last-Event-ID to resume after; undefined: start with the next event
   */
  start(after?: string): void;
  /** Closes the connection, and stops trying. Idempotent. */
  stop(): void;
  /** Ends the wait before the next try: the network is back, or the page is visible again. */
  hurry(): void;
}
