import { base64url, decodeProtectedHeader } from "jose";
import { MAX_TOKEN_LENGTH } from "./access-token.mjs";
import { type Claims, parseClaims } from "./claims.ts";

/** The contents of a token. Its signature has not been verified. */
export interface UnverifiedToken {
  readonly header: Claims;
  readonly claims: Claims;
}

/**
 * Parses the header and claims of a compact JWS, without verifying them; undefined: the text is no compact JWS, or too long.
 * Source: RFC 7515, section 7.1.
 */
export function parseToken(token: string): UnverifiedToken | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  const [, payload, signature, more] = token.split(".", 4);
  if (payload === undefined || signature === undefined || more !== undefined) return undefined;
  try {
    const claims = parseClaims(base64url.decode(payload));
    return claims && { header: { ...decodeProtectedHeader(token) }, claims };
  } catch {
    return undefined;
  }
}
