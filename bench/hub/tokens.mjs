/** Tokens that the hub accepts (draft 08: RFC 9068 and RFC 9396), each one different, and the keys that the hub needs to verify them. */
import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";

const KEY = "a key for the benchmark alone, of more than 32 bytes";
const ISSUER = "https://issuer.example";
const HUB = "https://hub.example/.well-known/mercure";

/** @type {Readonly<Record<string, string>>} */
export const TOKEN_ENV = {
  MERCURE_PUBLISHER_JWT_KEY: KEY,
  MERCURE_SUBSCRIBER_JWT_KEY: KEY,
  MERCURE_TRUSTED_ISSUERS: ISSUER,
  MERCURE_RESOURCE_IDENTIFIER: HUB,
};

/** @param {"publish" | "subscribe"} action @param {string} topic @param {string} [lifetime] @returns {Promise<string>} */
export function mint(action, topic, lifetime = "1h") {
  const subject = randomUUID();
  const details = {
    type: "https://mercure.rocks/authorization-detail",
    actions: [action],
    topics: [{ match: topic }],
  };
  return new SignJWT({ client_id: subject, authorization_details: [details] })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .setIssuer(ISSUER)
    .setAudience(HUB)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime(lifetime)
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(KEY));
}
