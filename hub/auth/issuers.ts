import type { KeyObject } from "node:crypto";
import type { Role } from "./access.ts";
import { type Algorithm, keyProblem } from "./algorithms.ts";

/** The source of a role's keys. The configuration names it, never a token. */
export type KeySource =
  /** One key for one algorithm, so that no token can make the hub use a public key as a secret. */
  | { readonly kind: "static"; readonly algorithm: Algorithm; readonly key: KeyObject }
  /** An authorization server's JWK Set. Source: RFC 7517, section 5. */
  | { readonly kind: "jwks"; readonly url: string };

/**
 * An issuer that the hub trusts, with its keys.
 * If a role has no source, this issuer's tokens are refused for that role.
 */
export interface TrustedIssuer extends Readonly<Partial<Record<Role, KeySource>>> {
  /** The issuer's name. The token's `iss` MUST be equal to it, character by character. */
  readonly issuer: string;
}

const ROLES: readonly Role[] = ["publisher", "subscriber"];

/**
 * Returns in one line the reason for which these issuers can't be trusted; undefined: they can. server/env/ has already checked the
 * variables of a hub that is started. This check is for code that creates a verifier directly.
 */
export function issuersProblem(issuers: readonly TrustedIssuer[]): string | undefined {
  const seen = new Set<string>();
  for (const trusted of issuers) {
    const { issuer } = trusted;
    if (issuer === "") return "an issuer has an empty name";
    // [spec] Keys belong to one issuer. With two entries it is unclear which keys are valid.
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

/** Whether the host is this machine. Only there is plain http safe: on a network, an attacker could put their own keys in the set. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
