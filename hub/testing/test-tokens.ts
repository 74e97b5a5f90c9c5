import {
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
} from "node:crypto";
import { CompactSign } from "jose";
import type { Verified, Verifier } from "../auth/access.ts";
import { DETAIL_TYPE } from "../auth/access-token.mjs";
import type { Algorithm } from "../auth/algorithms.ts";
import type { TrustedIssuer } from "../auth/issuers.ts";
import { createVerifier } from "../auth/verifier.ts";
import type { Logger } from "../base/logger.ts";
import { FakeTimers } from "./fake-timers.ts";
import { HUB_URL } from "./test-hub.ts";

export const ISSUER = "https://app.example.com";

/** The two sides of a key. Both are the same if the key is a secret. */
export interface Pair {
  readonly algorithm: Algorithm;
  readonly signs: KeyObject;
  readonly verifies: KeyObject;
}

/** Makes a new key for the algorithm, as small as the algorithm allows. */
export function pairFor(algorithm: Algorithm): Pair {
  if (algorithm.startsWith("HS")) {
    const key = createSecretKey(randomBytes(Number(algorithm.slice(2)) / 8));
    return { algorithm, signs: key, verifies: key };
  }
  const { publicKey, privateKey } = generate(algorithm);
  return { algorithm, signs: privateKey, verifies: publicKey };
}

function generate(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "ES384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" });
    case "ES512":
      return generateKeyPairSync("ec", { namedCurve: "P-521" });
    case "EdDSA":
    case "Ed25519":
      return generateKeyPairSync("ed25519");
    default:
      return generateKeyPairSync("rsa", { modulusLength: 2_048 });
  }
}

/** Returns the claims of a token that is valid for the first hour of new FakeTimers. */
export function goodClaims(): Record<string, unknown> {
  const iat = new FakeTimers().now() / 1000;
  return {
    iss: ISSUER,
    aud: HUB_URL.href,
    sub: "urn:example:somebody",
    client_id: ISSUER,
    iat,
    exp: iat + 3_600,
    jti: randomUUID(),
    authorization_details: [
      { type: DETAIL_TYPE, actions: ["publish", "subscribe"], topics: [{ match: "*" }] },
    ],
  };
}

/** Signs a token. It is valid unless the arguments change it. undefined removes a claim or a header parameter. */
export function mint(
  { algorithm, signs }: Pick<Pair, "algorithm" | "signs">,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const payload = JSON.stringify({ ...goodClaims(), ...claims });
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: algorithm, typ: "at+jwt", ...header })
    .sign(signs);
}

/** Makes a verifier that trusts these keys of ISSUER. */
export function verifierOf(
  { publisher, subscriber }: { publisher?: Pair; subscriber?: Pair },
  timers = new FakeTimers(),
): Verifier {
  const issuer: TrustedIssuer = {
    issuer: ISSUER,
    ...(publisher && { publisher: source(publisher) }),
    ...(subscriber && { subscriber: source(subscriber) }),
  };
  return verifierFor([issuer], timers);
}

export function verifierFor(
  issuers: readonly TrustedIssuer[],
  timers = new FakeTimers(),
  logger: Pick<Logger, "warn"> = { warn() {} },
): Verifier {
  const created = createVerifier({ issuers, hubUrl: HUB_URL, timers, logger });
  if (!created.ok) throw new Error(created.problem);
  return created.verifier;
}

export function source({ algorithm, verifies }: Pair) {
  return { kind: "static", algorithm, key: verifies } as const;
}

/** Returns "ok", or the reason of the refusal. */
export function outcome(verified: Verified): string {
  return verified.ok ? "ok" : verified.reason;
}
