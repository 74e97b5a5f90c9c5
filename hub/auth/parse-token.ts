import { base64url, decodeProtectedHeader } from "jose";
import { MAX_TOKEN_LENGTH } from "./access-token.mjs";
import { type Claims, parseClaims } from "./claims.ts";

/** What a token says of itself: nobody has looked at its signature. */
export interface UnverifiedToken {
  readonly header: Claims;
  readonly claims: Claims;
}

/** A compact JWS's header and claims, not yet verified; undefined: it is none, or too long for one. Source: RFC 7515, section 7.1. */
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
