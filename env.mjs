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

const LOG_LEVELS = /** @type {const} */ (["trace", "debug", "info", "warn", "error", "silent"]);

const LAUNCHED = /** @type {const} */ (["start", "dev"]);

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
  // The launcher's word to the server that it starts, as which command; not for anybody else to set.
  RUNNEL_LAUNCHED: z.enum(LAUNCHED, { error: "left to the launcher" }).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(", ")}` }).default("info"),
});

/** @typedef {Readonly<z.infer<typeof schema>>} Config */

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
  if (result.success) return { ok: true, config: Object.freeze(result.data) };
  const problem = result.error.issues
    .map(
      ({ path: [name], message }) =>
        `${String(name)} is ${JSON.stringify(given[String(name)])}, but must be ${message}`,
    )
    .join("; ");
  return { ok: false, problem };
}
