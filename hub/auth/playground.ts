import { createSecretKey, randomBytes } from "node:crypto";
import type { HubUrl } from "../base/hub-url.ts";
import type { Claims } from "./claims.ts";
import type { TrustedIssuer } from "./issuers.ts";
import { parseToken } from "./parse-token.ts";

/** The issuer of a playground's tokens. No other hub trusts it, and its tokens are valid only until the process ends. */
export const PLAYGROUND_ISSUER = "urn:runnel:playground";

/** Creates the playground's own issuer. It has one new secret key for both roles, and the key never leaves this process. */
export function playgroundIssuer(): TrustedIssuer {
  const source = {
    kind: "static",
    algorithm: "HS256",
    key: createSecretKey(randomBytes(32)),
  } as const;
  return { issuer: PLAYGROUND_ISSUER, publisher: source, subscriber: source };
}

/**
 * Whether the claims name this playground as issuer and audience. The signature is not verified here. A playground at another port of this
 * machine shares the browser's cookies, but its tokens are not ours.
 */
export function claimsOfPlayground({ iss, aud }: Claims, hubUrl: HubUrl): boolean {
  return iss === PLAYGROUND_ISSUER && aud === hubUrl.href;
}

/** Whether the token names this playground as issuer and audience. The signature is not verified here. */
export function namesPlayground(token: string, hubUrl: HubUrl): boolean {
  const parsed = parseToken(token);
  return parsed !== undefined && claimsOfPlayground(parsed.claims, hubUrl);
}
