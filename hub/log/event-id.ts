import { type Cipher, createCipheriv } from "node:crypto";
import { type Position, toPosition } from "./log.ts";

/** The ids of one log. Each position has one id. Only the key can make or read an id, and no index is needed. */
export interface EventIds {
  idOf(position: Position): string;
  /** Returns the ids of consecutive positions. Many ids at once cost little more than one. */
  idsFrom(first: Position, count: number): string[];
  /** Returns the position of an id. undefined: the id was not made with this key. */
  positionOf(id: string): Position | undefined;
}

/** The size of a log's key in bytes. The key MUST be random, and MUST be kept as long as the log. */
export const ID_KEY_BYTES = 32;

/** The length of an id in characters, all of them ASCII. */
export const ID_LENGTH = 45;

const BLOCK = 16;
const TAG_BYTES = 10;
const SHAPE =
  /^urn:uuid:([0-9a-f]{8})-([0-9a-f]{4})-(8[0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})$/;

/**
 * Creates ids that are UUIDs of version 8 (RFC 9562, section 5.8). A UUID has 122 free bits. 74 of them are a tag, made from the position
 * with one half of the key. The other 48 are the position, encrypted with the other half and the tag.
 * So equal positions have equal ids, and different positions have different ids. A guessed id is accepted once in 2^74 times. (This is the
 * SIV construction, RFC 5297.)
 * @param key `ID_KEY_BYTES` random bytes
 */
export function createEventIds(key: Uint8Array): EventIds {
  if (key.length !== ID_KEY_BYTES) throw new RangeError(`the key has ${ID_KEY_BYTES} bytes`);
  const tagger = oneBlockCipher(key.subarray(0, BLOCK));
  const hider = oneBlockCipher(key.subarray(BLOCK));

  /** Returns one block for each position: the tag, then zeros. */
  const tagsFrom = (first: Position, count: number): Buffer => {
    const blocks = Buffer.alloc(BLOCK * count);
    for (let index = 0; index < count; index += 1) {
      blocks.writeUIntBE(first + index, BLOCK * index, 6);
    }
    const tags = tagger.update(blocks);
    for (let at = 0; at < tags.length; at += BLOCK) {
      // The version and variant are part of the input that encrypts the position: a reader knows them before it knows the position.
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

/** Encrypts each block independently (ECB). Single blocks need no more, and one object serves all of them. */
function oneBlockCipher(key: Uint8Array): Cipher {
  return createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
}

/** XOR of 48-bit numbers: JavaScript's bitwise operators have only 32 bits. */
function xor48(a: number, b: number): number {
  const high = Math.floor(a / 2 ** 32) ^ Math.floor(b / 2 ** 32);
  const low = (a ^ b) >>> 0;
  return (high & 0xffff) * 2 ** 32 + low;
}
