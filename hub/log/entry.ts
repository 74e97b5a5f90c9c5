import { SUBSCRIPTION_EVENT } from "../../protocol/events.ts";
import type { Topic } from "../topics/topic.ts";
import type { Update } from "../topics/update.ts";
import { encodeEvent, storedFrame } from "../wire/encode.ts";
import { ID_LENGTH } from "./event-id.ts";
import type { Entry, Lane, Position, SubscriptionEvent } from "./log.ts";
import { weightOf } from "./weight.ts";

/** The position and the time of an append, and the id for an update that has none of its own. */
export interface Place {
  readonly position: Position;
  readonly id: string;
  readonly lane: Lane;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Encodes the update. This happens once for each update. */
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

/** Makes the update of a subscription event. Source: Mercure, section Subscription Events: private, and of the type `mercure`. */
export function updateOf(event: SubscriptionEvent): Update {
  return { topics: [event.topic], data: event.document, private: true, type: SUBSCRIPTION_EVENT };
}

// The format of a stored entry: flags (1 byte), time `at` (8), number of topics (2), then for each topic its length (2) and its UTF-8.
// With the flag OWN_ID, the id's length (2) and its UTF-8 follow. The frame is last. Numbers are big-endian.
const PRIVATE = 1;
const OWN_ID = 2;
const FIXED_BYTES = 11;

/**
 * Returns the bytes of an entry for the file. They omit its position and lane, because the row's key and table give both.
 * @param ownId the publisher's id; undefined: the log's id, which follows from the position
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

/** The part of a stored entry before its frame. */
export interface StoredHead {
  readonly private: boolean;
  readonly at: number;
  readonly topics: readonly Topic[];
  /** The publisher's id. undefined: the log made the id. */
  readonly ownId: string | undefined;
  readonly frameBytes: number;
}

/**
 * Reads the head of a stored entry.
 * @throws RangeError if the bytes are not a stored entry
 */
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
  // The topics were parsed when the update was published.
  for (let index = 0; index < count; index += 1) topics.push(text() as Topic);
  const ownId = flags & OWN_ID ? text() : undefined;
  const frameBytes = bytes.length - offset;
  if (frameBytes < 0) throw new RangeError("an entry ends before its frame");
  return { private: (flags & PRIVATE) !== 0, at, topics, ownId, frameBytes };
}

/**
 * The size of a slab in bytes. One small allocation for each frame is slower than the rest of a read. One kept frame keeps its whole slab
 * in memory, so slabs are not large.
 */
const SLAB_BYTES = 16_384;

/** Copies of the frames of one page. They are allocated together and released together. */
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

/** The offset of the id in a frame: `id` is the first field, without a space after the colon if the log made the id. */
const ID_AT = "id:".length;

/** The location of a stored entry, and the allocator for its frame. */
export interface StoredAt {
  readonly position: Position;
  readonly lane: Lane;
  readonly copies: FrameCopies;
}

/**
 * Loads a stored entry. The frame is copied, because `bytes` may be overwritten after the call.
 * @param head the result of `readHead` for the same bytes
 */
export function loadEntry(
  bytes: Buffer,
  head: StoredHead,
  { position, lane, copies }: StoredAt,
): Entry {
  const start = bytes.length - head.frameBytes;
  return {
    position,
    // Reading the id is far cheaper than computing it from the position.
    id: head.ownId ?? bytes.toString("latin1", start + ID_AT, start + ID_AT + ID_LENGTH),
    lane,
    topics: head.topics,
    private: head.private,
    at: head.at,
    frame: storedFrame(copies.copy(bytes.subarray(start))),
    weight: weightOf(head),
  };
}
