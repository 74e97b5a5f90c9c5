import type { KeyObject } from "node:crypto";

/**
 * The signature algorithms that this hub knows; a token never adds one, and `none` is none of them.
 * Each with the key that it takes: a secret of at least so many bytes, or a kind of public key (an EC curve by OpenSSL's name).
 * Source: Mercure, section Token Validation; RFC 7518, sections 3.2 to 3.5; RFC 8037; RFC 9864.
 */
const KEYS = {
  HS256: 32,
  HS384: 48,
  HS512: 64,
  RS256: "rsa",
  RS384: "rsa",
  RS512: "rsa",
  PS256: "rsa",
  PS384: "rsa",
  PS512: "rsa",
  ES256: "prime256v1",
  ES384: "secp384r1",
  ES512: "secp521r1",
  EdDSA: "ed25519",
  Ed25519: "ed25519",
} as const;

export type Algorithm = keyof typeof KEYS;

export const ALGORITHMS: readonly Algorithm[] = [
  ...(["HS256", "HS384", "HS512"] as const),
  ...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
  ...(["ES256", "ES384", "ES512", "EdDSA", "Ed25519"] as const),
];

const MIN_RSA_BITS = 2_048;

/** Undefined: the hub does not know it. */
export function parseAlgorithm(raw: unknown): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm === raw);
}

/** Whether it takes a secret that both sides know; a JWK Set never has one. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return typeof KEYS[algorithm] === "number";
}

/** Says why the algorithm can't be used with the key; undefined: it can. Never tells anything of the key but its kind and length. */
export function keyProblem(algorithm: Algorithm, key: KeyObject): string | undefined {
  const wanted = KEYS[algorithm];
  if (typeof wanted === "number") {
    if (key.type !== "secret") return `is a ${key.type} key, but ${algorithm} takes a secret`;
    const bytes = key.symmetricKeySize ?? 0;
    if (bytes >= wanted) return undefined;
    return `has ${bytes} bytes, but must have ${wanted} or more for ${algorithm}`;
  }
  // A public key as such: what verifies needs no more, and a secret here would be the public text of a key.
  if (key.type !== "public") return `is a ${key.type} key, but ${algorithm} takes a public one`;
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType === "ec" ? namedCurve : key.asymmetricKeyType;
  if (kind !== wanted) return `is of the kind ${kind}, but ${algorithm} takes ${wanted}`;
  if (wanted !== "rsa" || (modulusLength ?? 0) >= MIN_RSA_BITS) return undefined;
  return `has ${modulusLength} bits, but must have ${MIN_RSA_BITS} or more`;
}
