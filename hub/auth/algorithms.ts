import type { KeyObject } from "node:crypto";

/**
 * The signature algorithms that this hub supports. A token can add none, and `none` is not supported.
 * Each has its kind of key: the minimum length of a secret in bytes, or a kind of public key (an EC curve by OpenSSL's name).
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

/** Returns the algorithm with this name; undefined: the hub does not support it. */
export function parseAlgorithm(raw: unknown): Algorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm === raw);
}

/** Whether the algorithm needs a secret that both sides know. A JWK Set never contains one. */
export function isSymmetric(algorithm: Algorithm): boolean {
  return typeof KEYS[algorithm] === "number";
}

/**
 * Returns the reason for which the algorithm can't use the key; undefined: it can.
 * The text contains nothing of the key but its kind and length.
 */
export function keyProblem(algorithm: Algorithm, key: KeyObject): string | undefined {
  const wanted = KEYS[algorithm];
  if (typeof wanted === "number") {
    if (key.type !== "secret") return `is a ${key.type} key, but ${algorithm} takes a secret`;
    const bytes = key.symmetricKeySize ?? 0;
    if (bytes >= wanted) return undefined;
    return `has ${bytes} bytes, but must have ${wanted} or more for ${algorithm}`;
  }
  // Only a public key is accepted. Verification needs no private key, and a secret here would be the known text of a public key.
  if (key.type !== "public") return `is a ${key.type} key, but ${algorithm} takes a public one`;
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType === "ec" ? namedCurve : key.asymmetricKeyType;
  if (kind !== wanted) return `is of the kind ${kind}, but ${algorithm} takes ${wanted}`;
  if (wanted !== "rsa" || (modulusLength ?? 0) >= MIN_RSA_BITS) return undefined;
  return `has ${modulusLength} bits, but must have ${MIN_RSA_BITS} or more`;
}
