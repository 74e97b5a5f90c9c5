import type { HubUrl } from "../base/hub-url.ts";
import type { Role, TokenProblem } from "./access.ts";
import { ALGORITHMS, parseAlgorithm } from "./algorithms.ts";
import { parseGrants } from "./authorization-details.ts";
import type { UnverifiedToken } from "./parse-token.ts";
import { claimsOfPlayground, PLAYGROUND_ISSUER } from "./playground.ts";

/** The facts that explain a refusal: the token's own contents, and public facts about this hub. */
export interface Refused {
  readonly token: UnverifiedToken;
  readonly reason: TokenProblem;
  readonly role: Role;
  /** Whether the token is valid for the other role. */
  readonly goodForOther: boolean;
  readonly hubUrl: HubUrl;
  readonly playground: boolean;
  /** Whether the hub has any key at all. */
  readonly hasKeys: boolean;
  /** The current time, in milliseconds since 1970. */
  readonly now: number;
}

const OTHER: Readonly<Record<Role, Role>> = { publisher: "subscriber", subscriber: "publisher" };

/** Explains to the token's owner why it is refused and what to change. The text contains nothing of a key, and no signature. */
export function explain(refused: Refused): string {
  const { token, reason, role, goodForOther, hubUrl, playground, now } = refused;
  const { header, claims } = token;
  const variable = `MERCURE_${role.toUpperCase()}_JWT_KEY`;
  if (!refused.hasKeys) {
    return "This hub has no keys, so it takes no token. Set MERCURE_PUBLISHER_JWT_KEY, MERCURE_TRUSTED_ISSUERS and MERCURE_RESOURCE_IDENTIFIER, and start it again.";
  }
  if (goodForOther && (reason === "signature" || reason === "algorithm" || reason === "key")) {
    return `It is signed with the key of ${OTHER[role]}s, and this hub has another one for ${role}s, or none. Mint one for ${role}s with ${variable}.`;
  }
  // This problem comes first, even if the token has others.
  if (playground && !claimsOfPlayground(claims, hubUrl)) {
    const said =
      claims.iss === PLAYGROUND_ISSUER ? says("aud", claims.aud) : says("iss", claims.iss);
    return `It ${said}, and this playground looks at no tokens but its own, of ${PLAYGROUND_ISSUER} for ${hubUrl.href}: who sends this one may do everything, as without one.`;
  }
  switch (reason) {
    case "malformed":
      return header.crit === undefined
        ? "It is no signed token: three parts of base64url, separated by dots. Copy all of it."
        : "Its header has crit, which names extensions that must be understood, and this hub understands none. Leave crit out.";
    case "type":
      return `Its header ${says("typ", header.typ)}, but that of an access token is at+jwt, which no token for another purpose has. Set typ to at+jwt.`;
    case "algorithm":
      return parseAlgorithm(header.alg) === undefined
        ? `Its header ${says("alg", header.alg)}, which this hub takes from nobody. Sign it with one of ${ALGORITHMS.join(", ")}.`
        : `Its header ${says("alg", header.alg)}, but the key that this hub has of its issuer for ${role}s is for another algorithm. Sign it with the one in MERCURE_${role.toUpperCase()}_JWT_ALG (HS256 by default), or of the issuer's key set.`;
    case "issuer":
      return claims.iss === PLAYGROUND_ISSUER
        ? "A playground has signed it, for itself alone and until it is stopped. Mint one for this hub: npm run token -- --help."
        : `It ${says("iss", claims.iss)}, which is no issuer that this hub trusts. Set iss to the one that the key belongs to, character by character: it is in MERCURE_TRUSTED_ISSUERS.`;
    case "key":
      return `This hub has no key of its issuer ${quoted(claims.iss)} for ${role}s${header.kid === undefined ? "" : ` with the kid ${quoted(header.kid)}`}, or can't fetch it now. Sign it with a key that the hub knows: ${variable}, or one in the issuer's key set.`;
    case "signature":
      return playground
        ? "This playground has not signed it: a playground makes a new key at each start, and takes nothing of the one before. Get a new token here."
        : `It is not signed with the key that this hub has of ${quoted(claims.iss)} for ${role}s, or was changed after that. Sign it with ${variable} (a secret counts as the text that it is, not decoded), or a key in the issuer's key set, and copy all of it.`;
    case "audience":
      return `It ${says("aud", claims.aud)}, but this hub is ${quoted(hubUrl.href)}. Set aud to that, character by character; if the hub is elsewhere, set MERCURE_RESOURCE_IDENTIFIER to where it is.`;
    case "expired":
      return `It ended ${moment(claims.exp, now)} (exp). Get a new one.`;
    case "not yet valid":
      return `It begins ${moment(claims.nbf, now)} (nbf). Wait until then; if clocks differ, set nbf a minute back, or leave it out.`;
    case "claims":
      return isSeconds(claims.exp)
        ? `It ${says("nbf", claims.nbf)}, which is no number of seconds since 1970. Mend it, or leave it out.`
        : `It ${says("exp", claims.exp)}, but must end: set exp to a number of seconds since 1970.`;
    case "authorization details": {
      const parsed = parseGrants(claims.authorization_details, hubUrl);
      const problem = parsed.ok
        ? " is not as it should be"
        : parsed.problem.replace(/^(?!\[)/, " ");
      return `Its authorization_details${problem}. One fault has the whole token refused, so that no part of it grants what its issuer did not mean. Mend it.`;
    }
  }
}

/** Explains why a valid token grants nothing for the role. */
export function explainNothing(role: Role): string {
  const action = role === "publisher" ? "publish" : "subscribe";
  const left = role === "publisher" ? "" : ": with it one reads public updates alone";
  return `It is taken, but grants to ${action} to nothing${left}. Add to authorization_details one with the type https://mercure.rocks/authorization-detail, the action ${action} and topics.`;
}

function says(name: string, value: unknown): string {
  return value === undefined ? `has no ${name}` : `says ${name} ${quoted(value)}`;
}

const MAX_QUOTED = 200;

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

function isSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value * 1000);
}

/** Formats a time for a sentence: `at 2026-01-01T00:00:00.000Z, 5 minutes ago by the hub's clock`. */
function moment(seconds: unknown, now: number): string {
  if (!isSeconds(seconds)) return "at another time";
  const at = new Date(seconds * 1000);
  // The seconds may exceed the range of a Date.
  const name = Number.isNaN(at.getTime()) ? `${seconds} s after 1970` : at.toISOString();
  const away = Math.abs(seconds * 1000 - now) / 1000;
  const span = duration(away);
  return `at ${name}, ${seconds * 1000 > now ? `in ${span}` : `${span} ago`} by this hub's clock`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}
