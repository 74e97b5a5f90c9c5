import { z } from "zod";
import { isHubUrl, isOrigin, list, number, onOrOff, origins, whole } from "./fields.mjs";
import { KEYS } from "./keys.mjs";

const MIB = 1024 * 1024;

const LOG_LEVELS = /** @type {const} */ (["trace", "debug", "info", "warn", "error", "silent"]);

const LAUNCHED = /** @type {const} */ (["start", "dev"]);

/** @typedef {import("./keys.mjs").Algorithm} Algorithm */
const algorithm = z.enum(/** @type {[Algorithm, ...Algorithm[]]} */ (Object.keys(KEYS)), {
  error: `one of ${Object.keys(KEYS).join(", ")}`,
});

/** All variables, each with its form and its default. */
export const schema = z.object({
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
  // The launcher sets these variables for the server that it starts: the command, whether only this machine can reach the address, and the
  // folder in which it was started. Nobody else may set them.
  RUNNEL_LAUNCHED: z.enum(LAUNCHED, { error: "left to the launcher" }).optional(),
  RUNNEL_LOOPBACK: z.enum(["yes", "no"], { error: "left to the launcher" }).default("no"),
  RUNNEL_FOLDER: z.string().optional(),
  // Vercel sets this variable.
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

/** @typedef {z.infer<typeof schema>} Variables */
