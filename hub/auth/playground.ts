import { createSecretKey, randomBytes } from "node:crypto";
import type { HubUrl } from "../base/hub-url.ts";
import type { Claims } from "./claims.ts";
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

/**
 * Whether the claims say that this playground has signed them; nobody has looked at the signature. Another one on this machine, at another
 * port, shares the browser's cookies: its tokens are none of ours.
 */
export function claimsOfPlayground({ iss, aud }: Claims, hubUrl: HubUrl): boolean {
  return iss === PLAYGROUND_ISSUER && aud === hubUrl.href;
}

/** Whether the token says that this playground has signed it. */
export function namesPlayground(token: string, hubUrl: HubUrl): boolean {
  const parsed = parseToken(token);
  return parsed !== undefined && claimsOfPlayground(parsed.claims, hubUrl);
}
