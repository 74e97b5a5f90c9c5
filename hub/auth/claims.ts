import type { HubUrl } from "../base/hub-url.ts";
import type { Verified } from "./access.ts";
import { parseGrants } from "./authorization-details.ts";

/** The properties of a JSON object, not checked yet. */
export type Claims = Readonly<Record<string, unknown>>;

/** Parses a JSON object; undefined: the bytes are no JSON object in UTF-8. */
export function parseClaims(bytes: Uint8Array): Claims | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return { ...value };
  } catch {
    return undefined;
  }
}

/**
 * Checks the claims of a token. A key of `issuer` MUST have verified its signature before.
 *
 * The hub enforces `exp`, `nbf` and `aud`, and uses `sub`. The issuer is responsible for the other claims of RFC 9068. There is no
 * tolerance for clocks: streams are closed at `exp`, and an issuer that sets `nbf` can set it a few seconds back.
 * Source: Mercure, section Token Validation; RFC 7519, sections 4.1.3 to 4.1.5.
 * @param now in milliseconds since 1970
 */
export function judgeClaims(claims: Claims, issuer: string, hubUrl: HubUrl, now: number): Verified {
  const { iss, aud, exp, nbf, sub } = claims;
  if (iss !== issuer) return { ok: false, reason: "issuer" };
  if (!(Array.isArray(aud) ? aud : [aud]).includes(hubUrl.href)) {
    return { ok: false, reason: "audience" };
  }
  if (!isDate(exp) || !(nbf === undefined || isDate(nbf))) return { ok: false, reason: "claims" };
  const expiresAt = exp * 1000;
  if (now >= expiresAt) return { ok: false, reason: "expired" };
  if (nbf !== undefined && now < nbf * 1000) return { ok: false, reason: "not yet valid" };
  const parsed = parseGrants(claims.authorization_details, hubUrl);
  if (!parsed.ok) return { ok: false, reason: "authorization details" };
  const subject = typeof sub === "string" ? sub : undefined;
  return { ok: true, access: { issuer, subject, expiresAt, grants: parsed.grants } };
}

/** Whether the value is a date: seconds since 1970, with or without a fraction. Source: RFC 7519, section 2, NumericDate. */
function isDate(value: unknown): value is number {
  // JSON.parse turns 1e999 into Infinity. Such a token would never expire.
  return typeof value === "number" && Number.isFinite(value * 1000);
}
