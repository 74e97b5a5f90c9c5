import { createHash } from "node:crypto";
import type { Access } from "../../auth/access.ts";
import type { Receipt } from "../../log/log.ts";

const MAX_KEY_LENGTH = 255;

export type ParsedKey =
  | { readonly ok: true; readonly key: string | undefined }
  | { readonly ok: false; readonly problem: string };

/** Parses the Idempotency-Key: any visible ASCII. Quotes around it, as in a structured field, are part of the key. */
export function parseIdempotencyKey(headers: Headers): ParsedKey {
  const key = headers.get("idempotency-key");
  if (key === null) return { ok: true, key: undefined };
  if (key.length <= MAX_KEY_LENGTH && /^[\x21-\x7e]+$/.test(key)) return { ok: true, key };
  const problem = `Idempotency-Key has 1 to ${MAX_KEY_LENGTH} visible ASCII characters`;
  return { ok: false, problem };
}

/** Returns the receipt that identifies a repeated request: the key with its client, and a hash of the contents. */
export function receiptFor(
  key: string | undefined,
  access: Access,
  client: string,
  mediaType: string,
  body: Buffer,
): Receipt | undefined {
  if (key === undefined) return undefined;
  const publisher = JSON.stringify([access.issuer, access.subject ?? client]);
  const bodyHash = createHash("sha256").update(mediaType).update("\0").update(body).digest("hex");
  return { publisher, key, bodyHash };
}
