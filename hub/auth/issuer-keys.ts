import type { Logger } from "../base/logger.ts";
import type { Timers } from "../base/timers.ts";
import type { Role } from "./access.ts";
import { type Algorithm, isSymmetric } from "./algorithms.ts";
import type { KeySource, TrustedIssuer } from "./issuers.ts";
import { JwkSet, type VerifyKey } from "./jwk-set.ts";

export type FoundKeys =
  | { readonly ok: true; readonly keys: readonly [VerifyKey, ...VerifyKey[]] }
  /** algorithm: no key of this role is for it. key: there is none, or none that can be had now. */
  | { readonly ok: false; readonly reason: "algorithm" | "key" };

/** What one issuer's tokens may be signed with, and no other's. */
export class IssuerKeys {
  readonly issuer: string;
  readonly #sources: Readonly<Partial<Record<Role, KeySource>>>;
  /** By URL: both roles of an authorization server share one. */
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

  /** @param algorithm,kid what the token says it is signed with; a hint, that adds no key */
  async find(role: Role, algorithm: Algorithm, kid: unknown): Promise<FoundKeys> {
    const source = this.#sources[role];
    switch (source?.kind) {
      case undefined:
        return { ok: false, reason: "key" };
      case "static":
        // [spec] The key says which algorithm, and the token does not.
        if (algorithm !== source.algorithm) return { ok: false, reason: "algorithm" };
        return { ok: true, keys: [source.key] };
      case "jwks": {
        // A published key as an HMAC secret is one that everybody knows.
        if (isSymmetric(algorithm)) return { ok: false, reason: "algorithm" };
        const [first, ...others] =
          (await this.#sets.get(source.url)?.keysFor(algorithm, kid)) ?? [];
        return first ? { ok: true, keys: [first, ...others] } : { ok: false, reason: "key" };
      }
    }
  }
}
