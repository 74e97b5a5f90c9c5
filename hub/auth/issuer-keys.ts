import type { Logger } from "../base/logger.ts";
import type { Timers } from "../base/timers.ts";
import type { Role } from "./access.ts";
import { type Algorithm, isSymmetric } from "./algorithms.ts";
import type { KeySource, TrustedIssuer } from "./issuers.ts";
import { JwkSet, type VerifyKey } from "./jwk-set.ts";

export type FoundKeys =
  | { readonly ok: true; readonly keys: readonly [VerifyKey, ...VerifyKey[]] }
  /** algorithm: no key of this role supports it. key: there is no key, or none is available now. */
  | { readonly ok: false; readonly reason: "algorithm" | "key" };

/** The keys that may sign the tokens of one issuer. They are never used for another issuer. */
export class IssuerKeys {
  readonly issuer: string;
  readonly #sources: Readonly<Partial<Record<Role, KeySource>>>;
  /** The JWK Sets by URL. Both roles of an authorization server share one set. */
  readonly #sets = new Map<string, JwkSet>();

  constructor(
    { issuer, ...sources }: TrustedIssuer,
    world: { timers: Timers; logger: Pick<Logger, "warn"> },
  ) {
    this.issuer = issuer;
    this.#sources = sources;
    for (const source of [sources.publisher, sources.subscriber]) {
      if (source?.kind !== "jwks" || this.#sets.has(source.url)) continue;
      this.#sets.set(source.url, new JwkSet(source.url, world));
    }
  }

  /**
   * Finds the keys that may have signed a token.
   * @param algorithm,kid from the token's header; they only choose among the trusted keys
   */
  async find(role: Role, algorithm: Algorithm, kid: unknown): Promise<FoundKeys> {
    const source = this.#sources[role];
    switch (source?.kind) {
      case undefined:
        return { ok: false, reason: "key" };
      case "static":
        // [spec] The key determines the algorithm, not the token.
        if (algorithm !== source.algorithm) return { ok: false, reason: "algorithm" };
        return { ok: true, keys: [source.key] };
      case "jwks": {
        // A published key must not be an HMAC secret: everybody knows it.
        if (isSymmetric(algorithm)) return { ok: false, reason: "algorithm" };
        const [first, ...others] =
          (await this.#sets.get(source.url)?.keysFor(algorithm, kid)) ?? [];
        return first ? { ok: true, keys: [first, ...others] } : { ok: false, reason: "key" };
      }
    }
  }
}
