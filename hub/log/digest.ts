import { createHash } from "node:crypto";

/** Bytes of a digest. */
export const DIGEST_BYTES = 32;

/** Returns the SHA-256 of a text: it stands for a text of any length, and no two texts have the same. */
export const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
