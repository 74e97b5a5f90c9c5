import type { Update } from "../topics/update.ts";

// Measured with Node 20: the objects of an entry and of its frame; of one topic, its text's header, its row in an index and the
// index's queue, as if no other entry had the topic; of an own id, the same.
const ENTRY_BYTES = 500;
const TOPIC_BYTES = 320;
const ID_BYTES = 320;
/** Of one receipt in memory: its key, its body's hash and the row of the map. */
export const RECEIPT_WEIGHT = 400;

/** The parts of an entry that take memory. */
export interface Weighed {
  readonly topics: readonly string[];
  /** The publisher's; undefined: the log makes it. */
  readonly ownId: string | undefined;
  readonly frameBytes: number;
}

/** Returns how many bytes an entry takes in memory at most, with its rows in the indexes. */
export function weightOf({ topics, ownId, frameBytes }: Weighed): number {
  let weight = ENTRY_BYTES + frameBytes;
  // A character may take two bytes.
  for (const topic of topics) weight += TOPIC_BYTES + 2 * topic.length;
  return ownId === undefined ? weight : weight + ID_BYTES + 2 * ownId.length;
}

/** Returns how many bytes an update takes while it waits for the log. */
export const weightOfUpdate = ({ topics, id, data }: Update): number =>
  weightOf({ topics, ownId: id, frameBytes: 2 * data.length });
