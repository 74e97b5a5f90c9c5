import { parseArgs } from "node:util";
import { fail } from "../run.mjs";

export const HELP = `Mints an access token (RFC 9068) that a Mercure hub takes.

  npm run token -- --publish '*'
  npm run token -- --subscribe 'https://example.com/users/1/*' --payload '{"a":1}'
  TOKEN=$(npm run -s token -- --publish 'https://example.com/books/:id' --print)

What it grants (each as often as you like):
  --publish TOPIC     to publish to the topic
  --subscribe TOPIC   to read private updates of the topic
  --payload JSON      an object that is shown with the token's subscriptions

A TOPIC is a URL pattern if it has a * or, after a slash, a :name; else it is that topic and no other. * alone is every topic.
  --exact             all are topics as they are written
  --pattern           all are URL patterns

Whose it is, and for how long:
  --expires TIME      such as 30s, 15m, 1h (the default), 7d
  --subject NAME      who will use it: sub; a new URN by default
  --client-id NAME    which program will use it: client_id; the issuer by default

The key is the one in MERCURE_PUBLISHER_JWT_KEY or MERCURE_SUBSCRIBER_JWT_KEY, if it is a secret (HS*); or:
  --key-file FILE     a private key (PEM), whose public key the hub knows
  --alg ALGORITHM     such as ES256; by default the one in MERCURE_PUBLISHER_JWT_ALG or MERCURE_SUBSCRIBER_JWT_ALG
  --issuer NAME       by default the one of MERCURE_TRUSTED_ISSUERS without a JWK Set
  --audience URL      the hub's URL; by default MERCURE_RESOURCE_IDENTIFIER

  --dev               read the .env files that npm run dev reads, not those of npm start
  --print             print the bare token and nothing else
  --help              print this
`;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** @typedef {Readonly<ReturnType<typeof readArguments>>} Arguments */

/** Reads the command's arguments. Ends the process if one is malformed. */
export function readArguments() {
  const args = parse();
  if (args.help) return { ...args, lifetime: 0, payload: undefined };
  if (args.publish.length + args.subscribe.length === 0) {
    fail("--publish TOPIC or --subscribe TOPIC says what the token grants (--help tells more)");
  }
  if ([...args.publish, ...args.subscribe].includes("")) fail("a TOPIC is empty");
  if (args.exact && args.pattern) fail("--exact and --pattern can't both be");
  if (args.alg !== undefined && args["key-file"] === undefined) fail("--alg is for --key-file");
  if (args.payload !== undefined && args.subscribe.length === 0) {
    fail("--payload is shown with subscriptions: it needs --subscribe");
  }
  return { ...args, lifetime: parseTime(args.expires), payload: parsePayload(args.payload) };
}

function parse() {
  try {
    return parseArgs({
      options: {
        publish: { type: "string", multiple: true, default: [] },
        subscribe: { type: "string", multiple: true, default: [] },
        payload: { type: "string" },
        exact: { type: "boolean", default: false },
        pattern: { type: "boolean", default: false },
        expires: { type: "string", default: "1h" },
        subject: { type: "string" },
        "client-id": { type: "string" },
        "key-file": { type: "string" },
        alg: { type: "string" },
        issuer: { type: "string" },
        audience: { type: "string" },
        dev: { type: "boolean", default: false },
        print: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error} (--help tells more)`);
  }
}

/** Returns the time in seconds. @param {string} text */
function parseTime(text) {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * SECONDS[/** @type {keyof typeof SECONDS} */ (unit ?? "s")];
  return seconds > 0
    ? seconds
    : fail(`--expires is ${JSON.stringify(text)}, but must be such as 30s, 15m, 1h or 7d`);
}

/** @param {string | undefined} text @returns {Record<string, unknown> | undefined} */
function parsePayload(text) {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {}
  return fail(`--payload is ${JSON.stringify(text)}, but must be a JSON object`);
}

/** Whether the topic is a pattern. @param {Arguments} args @param {string} match */
export function isPattern({ exact, pattern }, match) {
  return match !== "*" && !exact && (pattern || /\*|\/:[A-Za-z_$]/.test(match));
}
