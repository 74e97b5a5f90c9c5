import { compactVerify } from "jose";
import type { HubUrl } from "../base/hub-url.ts";
import type { Logger } from "../base/logger.ts";
import type { Timers } from "../base/timers.ts";
import type { Role, TokenProblem, Verified, Verifier } from "./access.ts";
import { MAX_TOKEN_LENGTH } from "./access-token.mjs";
import { type Algorithm, parseAlgorithm } from "./algorithms.ts";
import { type Claims, judgeClaims, parseClaims } from "./claims.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { issuersProblem, type TrustedIssuer } from "./issuers.ts";
import type { VerifyKey } from "./jwk-set.ts";
import { parseToken } from "./parse-token.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

export interface VerifierOptions {
  /** The trusted issuers. Without any, no token is valid. */
  readonly issuers: readonly TrustedIssuer[];
  /** The hub's URL. A token's `aud` MUST name its `href`, exactly as it was configured. */
  readonly hubUrl: HubUrl;
  readonly timers: Timers;
  /** Logs JWK Sets that can't be fetched, and never a token. */
  readonly logger: Pick<Logger, "warn">;
}

export type CreatedVerifier =
  | { readonly ok: true; readonly verifier: Verifier }
  | { readonly ok: false; readonly problem: string };

/**
 * Creates a verifier, without network access: a JWK Set is fetched at its first use.
 * `problem` is one line about the configuration, and contains no key.
 */
export function createVerifier(options: VerifierOptions): CreatedVerifier {
  const problem = issuersProblem(options.issuers);
  return problem ? { ok: false, problem } : { ok: true, verifier: new TokenVerifier(options) };
}

/** Verifies access tokens. Source: Mercure, section Token Validation; RFC 9068, section 4; RFC 8725, section 3. */
class TokenVerifier implements Verifier {
  readonly #hubUrl: HubUrl;
  readonly #timers: Timers;
  /** The keys by issuer. They are never one pool, so the key of one issuer can't sign a token of another. */
  readonly #keys: ReadonlyMap<string, IssuerKeys>;
  readonly #verified: VerifiedTokens;

  constructor({ issuers, hubUrl, timers, logger }: VerifierOptions) {
    this.#hubUrl = hubUrl;
    this.#timers = timers;
    this.#verified = new VerifiedTokens(timers);
    this.#keys = new Map(
      issuers.map((trusted) => [trusted.issuer, new IssuerKeys(trusted, { timers, logger })]),
    );
  }

  async verify(token: string, role: Role): Promise<Verified> {
    // The cost of hashing grows with the length, so a long token is refused first.
    if (token.length > MAX_TOKEN_LENGTH) return refused("malformed");
    const access = this.#verified.get(token, role);
    if (access) return { ok: true, access };
    const verified = await this.#verifyAnew(token, role);
    if (verified.ok) this.#verified.add(token, role, verified.access);
    return verified;
  }

  async #verifyAnew(token: string, role: Role): Promise<Verified> {
    const parsed = parseToken(token);
    // `crit` names extensions that MUST be understood, and the hub supports none. Source: RFC 7515, section 4.1.11.
    if (!parsed || parsed.header.crit !== undefined) return refused("malformed");
    const { header, claims } = parsed;
    if (!isAccessTokenType(header.typ)) return refused("type");
    const algorithm = parseAlgorithm(header.alg);
    if (!algorithm) return refused("algorithm");

    // These claims are not verified yet. `iss`, `kid` and the role only choose among the trusted keys.
    const { iss } = claims;
    const issuerKeys = typeof iss === "string" ? this.#keys.get(iss) : undefined;
    if (!issuerKeys) return refused("issuer");
    const found = await issuerKeys.find(role, algorithm, header.kid);
    if (!found.ok) return refused(found.reason);

    const signed = await verifySignature(token, algorithm, found.keys);
    if (!signed) return refused("signature");
    return judgeClaims(signed, issuerKeys.issuer, this.#hubUrl, this.#timers.now());
  }
}

function refused(reason: TokenProblem): Verified {
  return { ok: false, reason };
}

/**
 * Whether `typ` is that of an access token. Other tokens, such as an ID Token, are refused.
 * Source: RFC 7515, section 4.1.9; RFC 9068, section 2.1.
 */
function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === "string" && /^(application\/)?at\+jwt$/i.test(typ);
}

/** Returns the claims if one of the keys has signed them; undefined: no key has. */
async function verifySignature(
  token: string,
  algorithm: Algorithm,
  keys: readonly VerifyKey[],
): Promise<Claims | undefined> {
  for (const key of keys) {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
      return parseClaims(payload);
    } catch {
      // The signature is by another key, or is malformed.
    }
  }
  return undefined;
}
