import type { Update } from "../topics/update.ts";

// Measured with Node 20. An entry: its objects and those of its frame. A topic: the header of its text, its row in the index and the queue
// of the index, as if no other entry had the topic. An own id: the same as a topic.
const ENTRY_BYTES = 500;
const TOPIC_BYTES = 320;
const ID_BYTES = 320;
/** The bytes of one receipt in memory: its key, the hash of its body and the row of the map. */
export const RECEIPT_WEIGHT = 400;

/** The parts of an entry that take memory. */
export interface Weighed {
  readonly topics: readonly string[];
  /** The publisher's id. undefined: the log makes the id. */
  readonly ownId: string | undefined;
  readonly frameBytes: number;
}

/** Returns the most bytes that an entry takes in memory, with its rows in the indexes. */
export function weightOf({ topics, ownId, frameBytes }: Weighed): number {
  let weight = ENTRY_BYTES + frameBytes;
  // A character may take two bytes.
  for (const topic of topics) weight += TOPIC_BYTES + 2 * topic.length;
  return ownId === undefined ? weight : weight + ID_BYTES + 2 * ownId.length;
}

/** Returns the number of bytes that an update takes while it waits for the log. */
export const weightOfUpdate = ({ topics, id, data }: Update): number =>
  weightOf({ topics, ownId: id, frameBytes: 2 * data.length });
