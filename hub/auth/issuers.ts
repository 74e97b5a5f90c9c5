import type { KeyObject } from "node:crypto";
import type { Role } from "./access.ts";
import { type Algorithm, keyProblem } from "./algorithms.ts";

/** Where a role's keys come from; it is in the configuration, and never in a token. */
export type KeySource =
  /** One key for one algorithm, so that no token can have a public key taken for a secret. */
  | { readonly kind: "static"; readonly algorithm: Algorithm; readonly key: KeyObject }
  /** An authorization server's JWK Set. Source: RFC 7517, section 5. */
  | { readonly kind: "jwks"; readonly url: string };

/**
 * Whose tokens the hub takes, and with which keys.
 * A role without a source: this issuer's tokens are not taken there.
 */
export interface TrustedIssuer extends Readonly<Partial<Record<Role, KeySource>>> {
  /** Equal to the token's `iss`, character by character. */
  readonly issuer: string;
}

const ROLES: readonly Role[] = ["publisher", "subscriber"];

/**
 * Says in one line why these issuers can't be trusted; undefined: they can. server/env/ has told whoever starts the hub before,
 * variable by variable: this holds for whoever makes a verifier by hand.
 */
export function issuersProblem(issuers: readonly TrustedIssuer[]): string | undefined {
  const seen = new Set<string>();
  for (const trusted of issuers) {
    const { issuer } = trusted;
    if (issuer === "") return "an issuer has an empty name";
    // [spec] Keys belong to one issuer: of two entries, which would count?
    if (seen.has(issuer)) return `the issuer ${issuer} is there twice`;
    seen.add(issuer);
    const roles = ROLES.filter((role) => trusted[role]);
    if (roles.length === 0) return `the issuer ${issuer} has no key`;
    for (const role of roles) {
      const problem = sourceProblem(trusted[role]);
      if (problem) return `the issuer ${issuer}'s ${role} key ${problem}`;
    }
  }
  return undefined;
}

function sourceProblem(source: KeySource | undefined): string | undefined {
  if (!source) return undefined;
  if (source.kind === "static") return keyProblem(source.algorithm, source.key);
  const url = URL.canParse(source.url) ? new URL(source.url) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) {
    return undefined;
  }
  return "is a JWK Set whose URL is neither https, nor http on this machine";
}

/** Whoever is on the way of plain http could put keys of his own in the set; on this machine nobody is. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
