import { type Cipher, createCipheriv } from "node:crypto";
import { type Position, toPosition } from "./log.ts";

/** Ids of one log: each position has one, nobody without the key can make or read one, and none needs an index. */
export interface EventIds {
  idOf(position: Position): string;
  /** The ids of positions that follow each other: many at once cost little more than one. */
  idsFrom(first: Position, count: number): string[];
  /** undefined: this key did not make it. */
  positionOf(id: string): Position | undefined;
}

/** Bytes of the key of a log's ids. It MUST be random, and kept as long as the log. */
export const ID_KEY_BYTES = 32;

/** Characters of an id, all of them ASCII. */
export const ID_LENGTH = 45;

const BLOCK = 16;
const TAG_BYTES = 10;
const SHAPE =
  /^urn:uuid:([0-9a-f]{8})-([0-9a-f]{4})-(8[0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})$/;

/**
 * Ids as UUIDs of version 8 (RFC 9562, section 5.8). Of its 122 free bits, 74 are a tag made from the position under one half of the
 * key; 48 are the position itself, hidden under the other half and the tag. So equal positions have equal ids, different ones have
 * different ids, and an id that was guessed passes once in 2^74 times. (The construction is SIV's, RFC 5297.)
 * @param key `ID_KEY_BYTES` random bytes
 */
export function createEventIds(key: Uint8Array): EventIds {
  if (key.length !== ID_KEY_BYTES) throw new RangeError(`the key has ${ID_KEY_BYTES} bytes`);
  const tagger = oneBlockCipher(key.subarray(0, BLOCK));
  const hider = oneBlockCipher(key.subarray(BLOCK));

  /** A block for each position: its tag, and nothing after it. */
  const tagsFrom = (first: Position, count: number): Buffer => {
    const blocks = Buffer.alloc(BLOCK * count);
    for (let index = 0; index < count; index += 1) {
      blocks.writeUIntBE(first + index, BLOCK * index, 6);
    }
    const tags = tagger.update(blocks);
    for (let at = 0; at < tags.length; at += BLOCK) {
      // The UUID's version and variant are part of what hides the position: a reader has them before it has the position.
      tags[at + 6] = ((tags[at + 6] ?? 0) & 0x0f) | 0x80;
      tags[at + 8] = ((tags[at + 8] ?? 0) & 0x3f) | 0x80;
      tags.fill(0, at + TAG_BYTES, at + BLOCK);
    }
    return tags;
  };

  const idsFrom = (first: Position, count: number): string[] => {
    const blocks = tagsFrom(first, count);
    const masks = hider.update(blocks);
    return Array.from({ length: count }, (_, index) => {
      const at = BLOCK * index;
      blocks.writeUIntBE(xor48(first + index, masks.readUIntBE(at, 6)), at + TAG_BYTES, 6);
      const hex = blocks.toString("hex", at, at + BLOCK);
      return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    });
  };

  return {
    idOf: (position) => idsFrom(position, 1)[0] ?? "",
    idsFrom,
    positionOf(id) {
      const found = SHAPE.exec(id);
      if (!found) return undefined;
      const [, a = "", b = "", c = "", d = "", body = ""] = found;
      const tag = Buffer.alloc(BLOCK);
      tag.write(a + b + c + d, "hex");
      const mask = hider.update(tag).readUIntBE(0, 6);
      const position = toPosition(xor48(Number.parseInt(body, 16), mask));
      return tagsFrom(position, 1).equals(tag) ? position : undefined;
    },
  };
}

/** Each block by itself: that is all that is asked of it here, and the one object serves all of them. */
function oneBlockCipher(key: Uint8Array): Cipher {
  return createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
}

/** Bitwise operators have 32 bits. */
function xor48(a: number, b: number): number {
  const high = Math.floor(a / 2 ** 32) ^ Math.floor(b / 2 ** 32);
  const low = (a ^ b) >>> 0;
  return (high & 0xffff) * 2 ** 32 + low;
}
