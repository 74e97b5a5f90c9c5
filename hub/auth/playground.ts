import { createSecretKey, randomBytes } from "node:crypto";
import type { TrustedIssuer } from "./issuers.ts";
import { parseToken } from "./parse-token.ts";

/** Who signs a playground's tokens. It is no one's name elsewhere: what it has signed ends with the process. */
export const PLAYGROUND_ISSUER = "urn:runnel:playground";

/** The playground's own issuer, with a new key that nobody else has: for both roles, in this process alone. */
export function playgroundIssuer(): TrustedIssuer {
  const source = {
    kind: "static",
    algorithm: "HS256",
    key: createSecretKey(randomBytes(32)),
  } as const;
  return { issuer: PLAYGROUND_ISSUER, publisher: source, subscriber: source };
}

/** Whether the token says that a playground has signed it. Nobody has looked at its signature. */
export function namesPlayground(token: string): boolean {
  return parseToken(token)?.claims.iss === PLAYGROUND_ISSUER;
}
