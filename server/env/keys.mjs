import { createPublicKey, createSecretKey } from "node:crypto";

/** @typedef {import("node:crypto").KeyObject} KeyObject */

/**
 * Each signature algorithm with its kind of key: the minimum length of a secret in bytes (RFC 7518, section 3.2), or a kind of public
 * key. hub/auth/algorithms.ts has the same table for the server, and a test checks that they are equal.
 */
export const KEYS = /** @type {const} */ ({
  ...{ HS256: 32, HS384: 48, HS512: 64 },
  ...{ RS256: "rsa", RS384: "rsa", RS512: "rsa", PS256: "rsa", PS384: "rsa", PS512: "rsa" },
  ...{ ES256: "prime256v1", ES384: "secp384r1", ES512: "secp521r1" },
  ...{ EdDSA: "ed25519", Ed25519: "ed25519" },
});
/** @typedef {keyof typeof KEYS} Algorithm */

/** Parses a JSON Web Key; undefined: the text is none. @param {string} text @returns {import("node:crypto").JsonWebKey | undefined} */
function parseJwk(text) {
  try {
    const value = JSON.parse(text);
    return typeof value?.kty === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads a role's key. The returned problem contains no part of the key.
 * @param {string} name the prefix of its variables, without _KEY and _ALG
 * @param {string} raw
 * @param {Algorithm} algorithm
 * @returns {KeyObject | string} the key, or the problem as a string
 */
export function parseKey(name, raw, algorithm) {
  const wanted = KEYS[algorithm];
  const jwk = parseJwk(raw);
  const isDocument = jwk !== undefined || /^\s*-----BEGIN /.test(raw);
  if (typeof wanted === "number") {
    // A public key must not be a secret: everybody knows it, so anybody could sign tokens.
    if (isDocument) {
      return `is a PEM or a JWK, but ${algorithm} takes a secret: set ${name}_ALG to the key's algorithm`;
    }
    const key = createSecretKey(raw, "utf8");
    if ((key.symmetricKeySize ?? 0) >= wanted) return key;
    return `has ${key.symmetricKeySize} bytes, but must have ${wanted} or more for ${algorithm}: make one with \`openssl rand -base64 ${Math.max(48, wanted)}\``;
  }
  if (/PRIVATE KEY-----/.test(raw) || jwk?.d !== undefined) {
    return "is a private key, but must be the public one: the hub signs nothing";
  }
  if (jwk && ((jwk.alg ?? algorithm) !== algorithm || (jwk.use ?? "sig") !== "sig")) {
    return `is a JWK for something else than signatures with ${algorithm}`;
  }
  let key;
  try {
    // In a variable, the line breaks of a PEM are often written as \n. In a YAML file, its lines are indented.
    const pem = raw.replaceAll("\\n", "\n").replace(/^\s+/gm, "");
    key = createPublicKey(jwk ? { key: jwk, format: "jwk" } : pem);
  } catch {
    return `is no public key that can be read, but must be a PEM, an X.509 certificate or a JWK for ${algorithm}`;
  }
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType === "ec" ? namedCurve : key.asymmetricKeyType;
  if (kind !== wanted) return `is of the kind ${kind}, but ${algorithm} takes ${wanted}`;
  if (wanted !== "rsa" || (modulusLength ?? 0) >= 2048) return key;
  return `has ${modulusLength} bits, but must have 2048 or more`;
}
