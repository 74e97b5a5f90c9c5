import { readIssuers } from "./issuers.mjs";
import { schema } from "./schema.mjs";

/**
 * Reads the configuration from process.env. Only this file reads it, and only schema.mjs defines the variables' names, forms and defaults.
 * It is plain JavaScript, because the launcher imports it before the build. Its types are inferred.
 */

/** @typedef {import("./schema.mjs").Variables} Variables */
/** @typedef {import("./issuers.mjs").TrustedIssuer} TrustedIssuer */

/**
 * The values of all variables. MERCURE_TRUSTED_ISSUERS contains the keys as key objects, so no secret is kept as text.
 * @typedef {Readonly<Omit<Variables, "MERCURE_TRUSTED_ISSUERS" | `MERCURE_${"PUBLISHER" | "SUBSCRIBER"}_JWT_${"KEY" | "ALG"}`> & { MERCURE_TRUSTED_ISSUERS: readonly TrustedIssuer[] }>} Config
 */

/**
 * Reads the configuration. An empty variable counts as not set.
 * @param {Record<string, string | undefined>} [env]
 * @returns {{ ok: true, config: Config } | { ok: false, problem: string }} `problem`: one line that names each wrong variable, its value and the permitted values
 */
export function readConfig(env = process.env) {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const defaults = {
    // Vercel cuts a stream at the route's maxDuration of 300 s, so the hub ends it cleanly at 80 % of that. Elsewhere streams have no limit.
    MAX_CONNECTION_SECONDS: env.VERCEL ? "240" : "0",
    // In dev there is no load balancer that must notice the drain.
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
