import { SUBSCRIPTION_EVENT } from "../../protocol/events.ts";
import type { Topic } from "../topics/topic.ts";
import type { Update } from "../topics/update.ts";
import { encodeEvent, storedFrame } from "../wire/encode.ts";
import { ID_LENGTH } from "./event-id.ts";
import type { Entry, Lane, Position, SubscriptionEvent } from "./log.ts";
import { weightOf } from "./weight.ts";

/** Where and when an update was appended, and the id that it has if it brought none. */
export interface Place {
  readonly position: Position;
  readonly id: string;
  readonly lane: Lane;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Encodes the update: the one time in its life. */
export function entryOf(update: Update, place: Place): Entry {
  const id = update.id ?? place.id;
  const frame = encodeEvent({ ...update, id });
  const { topics, id: ownId } = update;
  return {
    position: place.position,
    id,
    lane: place.lane,
    topics,
    private: update.private,
    at: place.at,
    frame,
    weight: weightOf({ topics, ownId, frameBytes: frame.bytes.length }),
  };
}

/** Source: Mercure, section Subscription Events: private, and of the type `mercure`. */
export function updateOf(event: SubscriptionEvent): Update {
  return { topics: [event.topic], data: event.document, private: true, type: SUBSCRIPTION_EVENT };
}

// A stored entry: flags (1 byte), at (8), the number of topics (2), each topic's length (2) and its UTF-8, with OWN_ID the id's length
// (2) and its UTF-8, then the frame. Numbers are big-endian.
const PRIVATE = 1;
const OWN_ID = 2;
const FIXED_BYTES = 11;

/**
 * An entry's bytes in a file. Its position and lane are where it lies.
 * @param ownId the publisher's; undefined: the log's, which follows from the position
 */
export function storeEntry(entry: Entry, ownId: string | undefined): Buffer {
  const texts = ownId === undefined ? entry.topics : [...entry.topics, ownId];
  let length = FIXED_BYTES + entry.frame.bytes.length;
  for (const text of texts) length += 2 + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length);
  bytes[0] = (entry.private ? PRIVATE : 0) | (ownId === undefined ? 0 : OWN_ID);
  bytes.writeDoubleBE(entry.at, 1);
  bytes.writeUInt16BE(entry.topics.length, 9);
  let offset = FIXED_BYTES;
  for (const text of texts) {
    const written = bytes.write(text, offset + 2);
    bytes.writeUInt16BE(written, offset);
    offset += 2 + written;
  }
  bytes.set(entry.frame.bytes, offset);
  return bytes;
}

/** What stands before a stored frame. */
export interface StoredHead {
  readonly private: boolean;
  readonly at: number;
  readonly topics: readonly Topic[];
  /** The publisher's id. */
  readonly ownId: string | undefined;
  readonly frameBytes: number;
}

/** @throws RangeError if the bytes are no entry's */
export function readHead(bytes: Buffer): StoredHead {
  const flags = bytes.readUInt8(0);
  const at = bytes.readDoubleBE(1);
  const count = bytes.readUInt16BE(9);
  let offset = FIXED_BYTES;
  const text = () => {
    const start = offset + 2;
    offset = start + bytes.readUInt16BE(offset);
    return bytes.toString("utf8", start, offset);
  };
  const topics: Topic[] = [];
  // They were parsed when they were published.
  for (let index = 0; index < count; index += 1) topics.push(text() as Topic);
  const ownId = flags & OWN_ID ? text() : undefined;
  const frameBytes = bytes.length - offset;
  if (frameBytes < 0) throw new RangeError("an entry ends before its frame");
  return { private: (flags & PRIVATE) !== 0, at, topics, ownId, frameBytes };
}

/** Bytes of a slab: a small allocation for each frame costs more than all else of a read, a large slab would be kept for one frame. */
const SLAB_BYTES = 16_384;

/** Copies of the frames of one page: they come together, and go together. */
export class FrameCopies {
  #slab = new Uint8Array(0);
  #used = 0;

  copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.#used + bytes.length > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(SLAB_BYTES, bytes.length));
      this.#used = 0;
    }
    this.#slab.set(bytes, this.#used);
    const copy = this.#slab.subarray(this.#used, this.#used + bytes.length);
    this.#used += bytes.length;
    return copy;
  }
}

/** Where a frame's id is: an event's first field, with nothing between it and its name where the log made it. */
const ID_AT = "id:".length;

/** Where a stored entry lies, and who copies its frame. */
export interface StoredAt {
  readonly position: Position;
  readonly lane: Lane;
  readonly copies: FrameCopies;
}

/**
 * The entry that was stored. Its frame is a copy: `bytes` may be another's right after.
 * @param head what `readHead` made of the bytes
 */
export function loadEntry(
  bytes: Buffer,
  head: StoredHead,
  { position, lane, copies }: StoredAt,
): Entry {
  const start = bytes.length - head.frameBytes;
  return {
    position,
    // Reading it is far cheaper than making it again from the position.
    id: head.ownId ?? bytes.toString("latin1", start + ID_AT, start + ID_AT + ID_LENGTH),
    lane,
    topics: head.topics,
    private: head.private,
    at: head.at,
    frame: storedFrame(copies.copy(bytes.subarray(start))),
    weight: weightOf(head),
  };
}
