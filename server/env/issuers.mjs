import { parseKey } from "./keys.mjs";

/** @typedef {import("./keys.mjs").Algorithm} Algorithm */
/** @typedef {import("node:crypto").KeyObject} KeyObject */
/** @typedef {{ readonly kind: "static", readonly algorithm: Algorithm, readonly key: KeyObject }} StaticKey */
/** @typedef {StaticKey | { readonly kind: "jwks", readonly url: string }} KeySource */
/** @typedef {{ readonly issuer: string, readonly publisher?: KeySource, readonly subscriber?: KeySource }} TrustedIssuer */

/** @param {string} url @returns {string | undefined} the problem with the URL; undefined: none */
function jwksUrlProblem(url) {
  const { protocol, hostname, username, password } = URL.canParse(url) ? new URL(url) : {};
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname ?? "");
  if (username || password) return "has a user or a password in it";
  if (protocol === "https:" || (protocol === "http:" && loopback)) return undefined;
  return "must be an https URL (http for this machine alone)";
}

/**
 * Combines the variables about tokens into the trusted issuers. Each variable MUST be well-formed by itself.
 * @param {import("./schema.mjs").Variables} data
 * @returns {{ issuers: readonly TrustedIssuer[], problems: readonly string[] }}
 */
export function readIssuers(data) {
  /** @type {string[]} */
  const problems = [];
  /** @type {{ publisher?: StaticKey, subscriber?: StaticKey }} */
  const keys = {};
  const set = [];
  for (const role of /** @type {const} */ (["publisher", "subscriber"])) {
    const name = role === "publisher" ? "MERCURE_PUBLISHER_JWT" : "MERCURE_SUBSCRIBER_JWT";
    const raw = data[`${name}_KEY`];
    const algorithm = data[`${name}_ALG`] ?? "HS256";
    if (raw !== undefined) {
      set.push(`${name}_KEY`);
      const key = parseKey(name, raw, algorithm);
      if (typeof key === "string") problems.push(`${name}_KEY ${key}`);
      else keys[role] = { kind: "static", algorithm, key };
    } else if (data[`${name}_ALG`]) problems.push(`${name}_ALG is set, but ${name}_KEY is not`);
  }

  const entries = (data.MERCURE_TRUSTED_ISSUERS ?? "").split(/[\s,]+/).filter(Boolean);
  const bare = entries.filter((entry) => !entry.includes("="));
  const names = bare.map((entry) => JSON.stringify(entry)).join(" and ");
  const tell = (/** @type {string} */ text) => problems.push(`MERCURE_TRUSTED_ISSUERS ${text}`);
  if (bare.length > 1) tell(`names ${names} without a JWK Set, but the keys belong to one issuer`);
  if (bare.length > 0 && set.length === 0) {
    tell(
      `names ${names} without a JWK Set, but no MERCURE_PUBLISHER_JWT_KEY or MERCURE_SUBSCRIBER_JWT_KEY is set`,
    );
  }
  if (bare.length === 0 && set.length > 0) {
    tell(
      `must name the issuer that ${set.join(" and ")} belongs to, such as https://app.example.com`,
    );
  }
  if (entries.length > 0 && data.MERCURE_RESOURCE_IDENTIFIER === undefined) {
    problems.push(
      "MERCURE_RESOURCE_IDENTIFIER must be the hub's URL, which tokens name as their audience, such as https://hub.example.com/.well-known/mercure",
    );
  }

  /** @type {Map<string, TrustedIssuer>} */
  const issuers = new Map();
  for (const entry of entries) {
    const [issuer = ""] = entry.split("=", 1);
    const url = entry.slice(issuer.length + 1);
    if (issuer === "") tell("has a JWK Set without an issuer before it");
    if (issuers.has(issuer)) tell(`names ${JSON.stringify(issuer)} twice`);
    const problem = bare.includes(entry) ? undefined : jwksUrlProblem(url);
    if (problem) tell(`has a JWK Set for ${JSON.stringify(issuer)} whose URL ${problem}`);
    const source = /** @type {const} */ ({ kind: "jwks", url });
    const sources = bare.includes(entry) ? keys : { publisher: source, subscriber: source };
    issuers.set(issuer, { issuer, ...sources });
  }
  return { issuers: [...issuers.values()], problems };
}
