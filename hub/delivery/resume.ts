import { type Lane, type Log, type Position, toPosition } from "../log/log.ts";
import type { Start } from "../streams/connection.ts";
import { type Chunk, encodeCursor, encodeGap } from "../wire/encode.ts";
import type { History } from "./history.ts";

/** The position where a stream begins, and the messages that tell the client about it. */
export interface Resumed {
  readonly start: Start;
  /** The first bytes after the opening. They carry the id that the stream begins with. */
  readonly first: Chunk;
  /** The value of the response field Mercure-Last-Event-ID; undefined: the request asked for no history. */
  readonly lastEventId?: string;
  readonly gap: boolean;
}

/**
 * Finds the position to resume after. Source: Mercure, section Reconnection, State Reconciliation, and Event Sourcing.
 * @param requested the last event id that the subscriber received, or `earliest`; undefined or empty: it wants new events only
 * @param lanes the lanes whose entries the subscriber may get
 * @throws HubError `log:unavailable`
 */
export async function resume(
  log: Log,
  history: History,
  requested: string | undefined,
  lanes: readonly Lane[],
): Promise<Resumed> {
  if (requested === undefined) return fromNow(history);
  // [spec] No event has an empty id. But the client sent the field, so the response names the event before the first one of the stream.
  if (requested === "") return { ...fromNow(history), lastEventId: history.lastEventId };
  const position = requested === "earliest" ? undefined : await log.locate(requested);
  const gapTold = history.floors;
  const floors = lanes.map((lane) => gapTold[lane]);
  const floor = toPosition(Math.max(...floors));
  if (position !== undefined && position >= floor) {
    const start = { position, gapTold };
    return { start, first: encodeCursor(requested), lastEventId: requested, gap: false };
  }
  const earliest = toPosition(Math.min(...floors));
  const from = position !== undefined && position > earliest ? position : earliest;
  const start = { position: from, gapTold };
  if (requested === "earliest") {
    return { start, first: encodeCursor(requested), lastEventId: requested, gap: false };
  }
  // Position 0 is before the first event and has no event's id: a client that reconnects from here asks for `earliest`.
  const continuesAfter = from === 0 ? "earliest" : history.cursor(from);
  return {
    start,
    first: encodeGap({ requested, continuesAfter }),
    lastEventId: "earliest",
    gap: true,
  };
}

/** Starts at the last delivered entry. Names its id, so that a stream that is lost before its first event resumes from here. */
function fromNow(history: History): Resumed {
  const position: Position = history.delivered;
  const start = { position, gapTold: history.floors };
  return { start, first: encodeCursor(history.cursor(position)), gap: false };
}
