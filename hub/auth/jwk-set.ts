import type { KeyObject } from "node:crypto";
import { createLocalJWKSet, errors, type JSONWebKeySet } from "jose";
import type { Logger } from "../base/logger.ts";
import type { Timers } from "../base/timers.ts";
import type { Algorithm } from "./algorithms.ts";
import { fetchJson } from "./fetch-json.ts";

type LocalSet = ReturnType<typeof createLocalJWKSet>;
export type VerifyKey = CryptoKey | KeyObject;

/** How an issuer's keys are kept. All in milliseconds. */
export const JWK_SET_TIMES = {
  /** So old a set is fetched again before it is used: a key taken out works no longer than this (and VERIFIED_MS). */
  fresh: 300_000,
  /** Between two fetches, whoever asks: strangers can name unknown keys as often as they like. A new key is accepted within this. */
  cooldown: 5_000,
  /** Tokens whose key the set has wait for no fetch so long after one has failed. */
  outage: 30_000,
  /** While the issuer can't be reached, the set that we have serves on, until it is so old. */
  stale: 3_600_000,
  timeout: 5_000,
} as const;

/** A set has a handful of keys; a token without `kid` is tried with each that fits. */
const MAX_KEYS = 32;

/** The keys of one issuer, from the URL that the configuration names; nothing in a token leads to another. */
export class JwkSet {
  readonly #url: string;
  readonly #timers: Timers;
  readonly #logger: Pick<Logger, "warn">;
  #set: LocalSet | undefined;
  /** When the set was got, and when trying to get it last ended, by `Timers.elapsed()`. */
  #gotAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;

  constructor(url: string, { timers, logger }: { timers: Timers; logger: Pick<Logger, "warn"> }) {
    this.#url = url;
    this.#timers = timers;
    this.#logger = logger;
  }

  /**
   * The keys that may have signed a token of this algorithm: those whose `kty`, `crv`, `alg`, `use` and `key_ops` let them, and
   * that have its `kid` if it names one. None: there is no such key, or no set. Never throws.
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
      // jose's answer where several keys fit.
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return [];
      const keys: VerifyKey[] = [];
      for await (const key of error) keys.push(key);
      return keys;
    }
  }

  /** Fetches the set, one fetch for all who wait; nothing, and no waiting, within `pause` milliseconds after the last one. */
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
      // The set that we have serves on.
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

/** Its form alone: jose looks at each key when it is asked for it, and refuses private and secret ones. */
function isJwkSet(json: unknown): json is JSONWebKeySet {
  return typeof json === "object" && json !== null && "keys" in json && Array.isArray(json.keys);
}
