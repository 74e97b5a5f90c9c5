import { type Lane, type Log, type Position, toPosition } from "../log/log.ts";
import type { Start } from "../streams/connection.ts";
import { type Chunk, encodeCursor, encodeGap } from "../wire/encode.ts";
import type { History } from "./history.ts";

/** Where a stream begins, and what it is told of that. */
export interface Resumed {
  readonly start: Start;
  /** The first bytes after the opening: they name the id that the stream begins with. */
  readonly first: Chunk;
  /** The response field Mercure-Last-Event-ID; undefined: the request asked for nothing. */
  readonly lastEventId?: string;
  readonly gap: boolean;
}

/**
 * Finds where a subscriber goes on. Source: Mercure, section Reconnection, State Reconciliation, and Event Sourcing.
 * @param requested the event id that it has seen, or `earliest`; undefined or empty: it wants what comes from now on
 * @param lanes what it can lose
 * @throws HubError `log:unavailable`
 */
export async function resume(
  log: Log,
  history: History,
  requested: string | undefined,
  lanes: readonly Lane[],
): Promise<Resumed> {
  if (requested === undefined) return fromNow(history);
  // [spec] An empty id is no event's; but as one was given, the response names the event before the first.
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
  // Nothing was thrown away yet: whoever loses the stream here has nothing to name.
  const continuesAfter = from === 0 ? "earliest" : history.cursor(from);
  return {
    start,
    first: encodeGap({ requested, continuesAfter }),
    lastEventId: "earliest",
    gap: true,
  };
}

/** A stream that is lost before its first event is resumed from here all the same. */
function fromNow(history: History): Resumed {
  const position: Position = history.delivered;
  const start = { position, gapTold: history.floors };
  return { start, first: encodeCursor(history.cursor(position)), gap: false };
}
