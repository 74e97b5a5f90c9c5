import { randomUUID } from "node:crypto";

/**
 * Makes access tokens for a hub. The server and scripts/token.mjs share this file.
 * It is plain JavaScript, because a script runs without a build.
 */

/** The type of the hub's authorization details, compared byte by byte. Source: Mercure, section Authorization Details. */
export const DETAIL_TYPE = "https://mercure.rocks/authorization-detail";

/** The limit of a token, in characters. The cost of parsing grows with the length, so the hub refuses a longer token before it parses. */
export const MAX_TOKEN_LENGTH = 16_384;

/** @typedef {{ readonly match: string, readonly match_type?: "exact" | "urlpattern" | undefined }} TopicMatcher `match_type`: default `exact` */

/**
 * @typedef {object} TokenContents
 * @property {string} issuer
 * @property {string} audience the hub's URL
 * @property {readonly TopicMatcher[]} publish
 * @property {readonly TopicMatcher[]} subscribe
 * @property {Readonly<Record<string, unknown>> | undefined} payload shown with the token's subscriptions
 * @property {string | undefined} subject the token's user; undefined: a new URN
 * @property {string | undefined} clientId the program that uses the token; undefined: the issuer
 * @property {number} lifetime in seconds
 * @property {number} now in milliseconds since 1970
 */

/**
 * Returns the claims of a new token. Source: RFC 9068, section 2.2; Mercure, section Authorization Details.
 * @param {TokenContents} contents
 */
export function newClaims(contents) {
  const { issuer, audience, publish, subscribe, payload, subject, clientId, lifetime } = contents;
  const iat = Math.floor(contents.now / 1000);
  const read = detail("subscribe", subscribe);
  return {
    iss: issuer,
    aud: audience,
    sub: subject ?? `urn:uuid:${randomUUID()}`,
    client_id: clientId ?? issuer,
    iat,
    exp: iat + lifetime,
    jti: `urn:uuid:${randomUUID()}`,
    authorization_details: [
      ...detail("publish", publish),
      ...(payload ? read.map((each) => ({ ...each, payload })) : read),
    ],
  };
}

/** @param {"publish" | "subscribe"} action @param {readonly TopicMatcher[]} topics */
function detail(action, topics) {
  return topics.length === 0 ? [] : [{ type: DETAIL_TYPE, actions: [action], topics }];
}

/**
 * Signs the claims and returns the token. Rejects if the key does not fit the algorithm.
 * Source: RFC 7515, section 7.1; RFC 9068, section 2.1.
 * @param {object} claims
 * @param {{ readonly algorithm: string, readonly key: import("node:crypto").KeyObject }} signer
 */
export async function signed(claims, { algorithm, key }) {
  const { CompactSign } = await import("jose");
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: algorithm, typ: "at+jwt" })
    .sign(key);
}
