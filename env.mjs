import { createPublicKey, createSecretKey } from "node:crypto";
import { z } from "zod";

/**
 * The only reader of process.env, and the only place that knows a variable's name, form and default.
 * Plain JavaScript, because the launcher reads it before anything is built; its types are inferred all the same.
 */

/**
 * @param {number} min
 * @param {number} max
 * @param {string} unit
 */
const number = (min, max, unit) => {
  const error = `a number of ${unit} from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, { error })
    .transform(Number)
    .refine((n) => n >= min && n <= max, { error });
};

/**
 * @param {number} min
 * @param {number} max
 */
const whole = (min, max) => {
  const error = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .refine((n) => n >= min && n <= max, { error });
};

const MIB = 1024 * 1024;

const list = z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean));

/** @param {string} text */
const isOrigin = (text) => URL.canParse(text) && new URL(text).origin === text;

const origins = list.refine((all) => all.every(isOrigin), {
  error: "origins such as https://app.example.com, separated by spaces or commas",
});

const onOrOff = z.enum(["on", "off"], { error: "on or off" }).transform((text) => text === "on");

const LOG_LEVELS = /** @type {const} */ (["trace", "debug", "info", "warn", "error", "silent"]);

const LAUNCHED = /** @type {const} */ (["start", "dev"]);

/**
 * Each signature algorithm with the key that it takes: a secret of at least so many bytes (RFC 7518, section 3.2), or a kind
 * of public key. hub/auth/algorithms.ts has the same table for the server, and a test that they agree.
 */
const KEYS = /** @type {const} */ ({
  ...{ HS256: 32, HS384: 48, HS512: 64 },
  ...{ RS256: "rsa", RS384: "rsa", RS512: "rsa", PS256: "rsa", PS384: "rsa", PS512: "rsa" },
  ...{ ES256: "prime256v1", ES384: "secp384r1", ES512: "secp521r1" },
  ...{ EdDSA: "ed25519", Ed25519: "ed25519" },
});
/** @typedef {keyof typeof KEYS} Algorithm */
const algorithm = z.enum(/** @type {[Algorithm, ...Algorithm[]]} */ (Object.keys(KEYS)), {
  error: `one of ${Object.keys(KEYS).join(", ")}`,
});

const schema = z.object({
  HOST: z
    .string()
    .regex(/^[0-9A-Za-z.:-]+$/, { error: "a host name or an IP address" })
    .default("127.0.0.1"),
  PORT: whole(0, 65_535).default(3000),
  HEARTBEAT_SECONDS: number(0.1, 3600, "seconds").default(15),
  MAX_CONNECTIONS: whole(1, 1_000_000).default(10_000),
  MAX_CONNECTION_SECONDS: number(0, 86_400, "seconds"),
  DRAIN_SECONDS: number(0, 3600, "seconds"),
  MAX_CONNECTIONS_PER_CLIENT: whole(1, 1_000_000).optional(),
  MAX_UPDATE_BYTES: whole(1, 64 * MIB).default(MIB),
  MAX_BODY_BYTES: whole(1, 256 * MIB).default(8 * MIB),
  HISTORY_URL: z
    .string()
    .regex(/^(memory:|file:.+)$/s, {
      error: "file: and a folder, such as file:.data/history, or memory:",
    })
    .default("file:.data/history"),
  HISTORY_MAX_UPDATES: whole(1, 1_000_000_000).optional(),
  HISTORY_MAX_BYTES: whole(1, 2 ** 40).optional(),
  HISTORY_MAX_AGE: number(0, 1e9, "seconds").default(0),
  ANONYMOUS: onOrOff.default(true),
  CORS_ORIGINS: list
    .refine((all) => all.every((one) => one === "*" || isOrigin(one)), {
      error: "origins such as https://app.example.com, separated by spaces or commas, or *",
    })
    .default([]),
  PUBLISH_ORIGINS: origins.default([]),
  TRUSTED_PROXIES: whole(0, 10).default(0),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/-]{16,}=*$/, { error: "16 or more letters, digits and -._~+/" })
    .optional(),
  MERCURE_COOKIE_NAME: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: "a cookie's name" })
    .default("__Secure-mercure_access_token"),
  // The launcher's word to the server that it starts: as which command, whether on an address that only this machine reaches, and
  // the folder that it was started in. Not for anybody else to set.
  RUNNEL_LAUNCHED: z.enum(LAUNCHED, { error: "left to the launcher" }).optional(),
  RUNNEL_LOOPBACK: z.enum(["yes", "no"], { error: "left to the launcher" }).default("no"),
  RUNNEL_FOLDER: z.string().optional(),
  // Vercel's word that this is Vercel.
  VERCEL: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  MERCURE_PUBLISHER_JWT_KEY: z.string().optional(),
  MERCURE_PUBLISHER_JWT_ALG: algorithm.optional(),
  MERCURE_SUBSCRIBER_JWT_KEY: z.string().optional(),
  MERCURE_SUBSCRIBER_JWT_ALG: algorithm.optional(),
  MERCURE_TRUSTED_ISSUERS: z.string().optional(),
  MERCURE_RESOURCE_IDENTIFIER: z
    .string()
    .refine(isHubUrl, {
      error:
        "the hub's URL, http or https, without user or fragment, such as https://hub.example.com/.well-known/mercure",
    })
    .optional(),
});

/**
 * The variables, but MERCURE_TRUSTED_ISSUERS with their keys in it, so that a secret stands nowhere as text.
 * @typedef {Readonly<Omit<z.infer<typeof schema>, "MERCURE_TRUSTED_ISSUERS" | `MERCURE_${"PUBLISHER" | "SUBSCRIBER"}_JWT_${"KEY" | "ALG"}`> & { MERCURE_TRUSTED_ISSUERS: readonly TrustedIssuer[] }>} Config
 */

/** @typedef {import("node:crypto").KeyObject} KeyObject */
/** @typedef {{ readonly kind: "static", readonly algorithm: Algorithm, readonly key: KeyObject }} StaticKey */
/** @typedef {StaticKey | { readonly kind: "jwks", readonly url: string }} KeySource */
/** @typedef {{ readonly issuer: string, readonly publisher?: KeySource, readonly subscriber?: KeySource }} TrustedIssuer */

/** @param {string} value */
function isHubUrl(value) {
  if (!URL.canParse(value)) return false;
  const { protocol, hash, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && `${hash}${username}${password}` === "" && !/#/.test(value);
}

/** A JSON Web Key; undefined: the text is none. @param {string} text @returns {import("node:crypto").JsonWebKey | undefined} */
function parseJwk(text) {
  try {
    const value = JSON.parse(text);
    return typeof value?.kty === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads a role's key. What is wrong is told without a character of it.
 * @param {string} name of its variables, without _KEY and _ALG
 * @param {string} raw
 * @param {Algorithm} algorithm
 * @returns {KeyObject | string} a string: what is wrong with it
 */
function parseKey(name, raw, algorithm) {
  const wanted = KEYS[algorithm];
  const jwk = parseJwk(raw);
  const isDocument = jwk !== undefined || /^\s*-----BEGIN /.test(raw);
  if (typeof wanted === "number") {
    // Everybody knows a public key: as a secret, it would let everybody in.
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
    // In a variable, a PEM's line breaks are often written as \n; in a YAML file, its lines are indented.
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

/** @param {string} url @returns {string | undefined} what is wrong with it */
function jwksUrlProblem(url) {
  const { protocol, hostname, username, password } = URL.canParse(url) ? new URL(url) : {};
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname ?? "");
  if (username || password) return "has a user or a password in it";
  if (protocol === "https:" || (protocol === "http:" && loopback)) return undefined;
  return "must be an https URL (http for this machine alone)";
}

/**
 * What the variables about tokens say together; each is well-formed by itself.
 * @param {z.infer<typeof schema>} data
 * @returns {{ issuers: readonly TrustedIssuer[], problems: readonly string[] }}
 */
function readIssuers(data) {
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

/**
 * Reads the configuration. An empty variable counts as one that is not set.
 * @param {Record<string, string | undefined>} [env]
 * @returns {{ ok: true, config: Config } | { ok: false, problem: string }} `problem`: one line that names each wrong variable, what it was and what it may be
 */
export function readConfig(env = process.env) {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const defaults = {
    // Vercel cuts a stream at the route's maxDuration, 300 s: it ends itself at 80 % of that. Elsewhere nothing cuts it.
    MAX_CONNECTION_SECONDS: env.VERCEL ? "240" : "0",
    // In dev there is no load balancer to notice.
    DRAIN_SECONDS: env.RUNNEL_LAUNCHED === "dev" ? "0" : "1",
  };
  const result = schema.safeParse({ ...defaults, ...given });
  if (result.success) {
    const { issuers, problems } = readIssuers(result.data);
    if (problems.length > 0) return { ok: false, problem: problems.join("; ") };
    const {
      MERCURE_PUBLISHER_JWT_KEY: _publisherKey,
      MERCURE_PUBLISHER_JWT_ALG: _publisherAlg,
      MERCURE_SUBSCRIBER_JWT_KEY: _subscriberKey,
      MERCURE_SUBSCRIBER_JWT_ALG: _subscriberAlg,
      ...config
    } = result.data;
    return { ok: true, config: Object.freeze({ ...config, MERCURE_TRUSTED_ISSUERS: issuers }) };
  }
  const problem = result.error.issues
    .map(({ path, message }) => {
      const name = String(path[0]);
      const was = name === "METRICS_TOKEN" ? "" : ` is ${JSON.stringify(given[name])}, but`;
      return `${name}${was} must be ${message}`;
    })
    .join("; ");
  return { ok: false, problem };
}
