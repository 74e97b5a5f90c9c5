import type { KeyObject } from "node:crypto";
import { createLocalJWKSet, errors, type JSONWebKeySet } from "jose";
import type { Logger } from "../base/logger.ts";
import type { Timers } from "../base/timers.ts";
import type { Algorithm } from "./algorithms.ts";
import { fetchJson } from "./fetch-json.ts";

type LocalSet = ReturnType<typeof createLocalJWKSet>;
export type VerifyKey = CryptoKey | KeyObject;

/** The times for fetching and caching an issuer's keys, in milliseconds. */
export const JWK_SET_TIMES = {
  /** The age at which a set is fetched again before it is used. A removed key works no longer than this plus VERIFIED_MS. */
  fresh: 300_000,
  /** The minimum time between two fetches, since strangers can name unknown keys at any rate. A new key is accepted within this time. */
  cooldown: 5_000,
  /** The time after a failed fetch in which tokens with a known key wait for no other fetch. */
  outage: 30_000,
  /** The age up to which a set is still used while the issuer can't be reached. */
  stale: 3_600_000,
  timeout: 5_000,
} as const;

/** The limit of keys in a set. A real set has a few keys. A token without `kid` is verified with each key that fits. */
const MAX_KEYS = 32;

/** The keys of one issuer, from the URL in the configuration. Nothing in a token can change the URL. */
export class JwkSet {
  readonly #url: string;
  readonly #timers: Timers;
  readonly #logger: Pick<Logger, "warn">;
  #set: LocalSet | undefined;
  /** The times at which the set was received, and at which the last fetch ended, by `Timers.elapsed()`. */
  #gotAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;

  constructor(url: string, { timers, logger }: { timers: Timers; logger: Pick<Logger, "warn"> }) {
    this.#url = url;
    this.#timers = timers;
    this.#logger = logger;
  }

  /**
   * Returns the keys that may have signed a token with this algorithm. Their `kty`, `crv`, `alg`, `use` and `key_ops` permit it, and
   * they have the token's `kid`, if it has one. The array is empty if there is no such key, or no set. It never throws.
   */
  async keysFor(algorithm: Algorithm, kid: unknown): Promise<readonly VerifyKey[]> {
    if (kid !== undefined && typeof kid !== "string") return [];
    const { fresh, cooldown, outage } = JWK_SET_TIMES;
    if (this.#set && this.#age() >= fresh) await this.#refresh(outage);
    const keys = await this.#find(algorithm, kid);
    if (keys.length > 0) return keys;
    // Perhaps the issuer has a new key.
    await this.#refresh(cooldown);
    return this.#find(algorithm, kid);
  }

  #age(): number {
    return this.#timers.elapsed() - this.#gotAt;
  }

  async #find(alg: Algorithm, kid: string | undefined): Promise<readonly VerifyKey[]> {
    if (!this.#set || this.#age() >= JWK_SET_TIMES.stale) return [];
    try {
      return [await this.#set(kid === undefined ? { alg } : { alg, kid })];
    } catch (error) {
      // jose throws this error if several keys fit.
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return [];
      const keys: VerifyKey[] = [];
      for await (const key of error) keys.push(key);
      return keys;
    }
  }

  /** Fetches the set. All callers share one fetch. Within `pause` milliseconds after the last fetch, it returns at once. */
  async #refresh(pause: number): Promise<void> {
    if (this.#timers.elapsed() - this.#triedAt < pause) return;
    this.#pending ??= this.#fetch().finally(() => {
      this.#triedAt = this.#timers.elapsed();
      this.#pending = undefined;
    });
    await this.#pending;
  }

  async #fetch(): Promise<void> {
    try {
      const json = await fetchJson(this.#url, JWK_SET_TIMES.timeout, this.#timers);
      if (!isJwkSet(json)) throw new Error("is no JWK Set");
      if (json.keys.length > MAX_KEYS) throw new Error(`has more than ${MAX_KEYS} keys`);
      this.#set = createLocalJWKSet(json);
      this.#gotAt = this.#timers.elapsed();
    } catch (error) {
      // The previous set remains in use.
      const cause = error instanceof Error ? error.cause : undefined;
      const fields = {
        url: this.#url,
        error: String(error),
        ...(cause ? { cause: String(cause) } : {}),
      };
      this.#logger.warn(fields, "an issuer's keys can't be had");
    }
  }
}

/** Whether the JSON has the form of a JWK Set. jose checks each key when it is used, and refuses private and secret keys. */
function isJwkSet(json: unknown): json is JSONWebKeySet {
  return typeof json === "object" && json !== null && "keys" in json && Array.isArray(json.keys);
}
