import { createHash } from "node:crypto";

/** The size of a digest in bytes. */
export const DIGEST_BYTES = 32;

/** Returns the SHA-256 of a text. It identifies a text of any length: in practice no two texts have the same digest. */
export const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
