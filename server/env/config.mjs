import { readIssuers } from "./issuers.mjs";
import { schema } from "./schema.mjs";

/**
 * The only reader of process.env; schema.mjs is the only place that knows a variable's name, form and default.
 * Plain JavaScript, because the launcher reads it before anything is built; its types are inferred all the same.
 */

/** @typedef {import("./schema.mjs").Variables} Variables */
/** @typedef {import("./issuers.mjs").TrustedIssuer} TrustedIssuer */

/**
 * The variables, but MERCURE_TRUSTED_ISSUERS with their keys in it, so that a secret stands nowhere as text.
 * @typedef {Readonly<Omit<Variables, "MERCURE_TRUSTED_ISSUERS" | `MERCURE_${"PUBLISHER" | "SUBSCRIBER"}_JWT_${"KEY" | "ALG"}`> & { MERCURE_TRUSTED_ISSUERS: readonly TrustedIssuer[] }>} Config
 */

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
