/**
 * `npm run token -- ARGUMENTS`: mints an access token for a hub, and prints how to use it. The token is printed to stdout only, and
 * problems to stderr.
 */
import { MAX_TOKEN_LENGTH, newClaims, signed } from "../hub/auth/access-token.mjs";
import { fail, ROOT } from "./run.mjs";
import { HELP, isPattern, readArguments } from "./token/arguments.mjs";
import { signerFor } from "./token/signer.mjs";

/** @typedef {{ role: "publisher" | "subscriber", publish: string[], subscribe: string[] }} Wanted */

/** Reads the configuration in the same way as the launcher. */
async function configure() {
  const { default: nextEnv } = await import("@next/env");
  nextEnv.loadEnvConfig(ROOT, args.dev, { info() {}, error: console.error });
  const { readConfig } = await import("../server/env/config.mjs");
  const read = readConfig();
  return read.ok ? read.config : fail(read.problem);
}

/** @param {string} match @returns {import("../hub/auth/access-token.mjs").TopicMatcher} */
const matcher = (match) =>
  isPattern(args, match) ? { match, match_type: "urlpattern" } : { match };

/** @param {Wanted} wanted @param {import("./token/signer.mjs").Signer} signer */
async function mint({ publish, subscribe }, { issuer, algorithm, key }) {
  const claims = newClaims({
    issuer,
    audience,
    publish: publish.map(matcher),
    subscribe: subscribe.map(matcher),
    payload,
    subject: args.subject,
    clientId: args["client-id"],
    lifetime,
    now: Date.now(),
  });
  const token = await signed(claims, { algorithm, key }).catch(() =>
    fail(`the key can't sign with ${algorithm}: it is of the kind ${key.asymmetricKeyType}`),
  );
  if (token.length > MAX_TOKEN_LENGTH) {
    fail(
      `the token has ${token.length} characters, but may have ${MAX_TOKEN_LENGTH}: grant less, or with patterns`,
    );
  }
  return { token, expires: new Date(claims.exp * 1000) };
}

/** Quotes a text for a shell. @param {string} text */
const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns an example of a topic that the matcher matches. @param {string} match */
const sample = (match) =>
  match === "*"
    ? "https://example.com/books/1"
    : isPattern(args, match)
      ? match.replace(/\/:[A-Za-z_$][\w$]*(\([^)]*\))?[?+*]?/g, "/1").replaceAll("*", "1")
      : match;

/** @param {Wanted} wanted @param {string} token @param {Date} expires */
function explain({ publish, subscribe }, token, expires) {
  const names = [
    ...(publish.length > 0 ? [`publish to ${publish.join(", ")}`] : []),
    ...(subscribe.length > 0 ? [`subscribe to ${subscribe.join(", ")}`] : []),
  ];
  const bearer = '-H "Authorization: Bearer $TOKEN"';
  const lines = [
    `May ${names.join(", and ")}, at ${audience}, until ${expires.toISOString()} (${args.expires}).`,
    "",
    `TOKEN=${quote(token)}`,
    "",
  ];
  const [published] = publish;
  if (published !== undefined) {
    const topic = quote(`topic=${sample(published)}`);
    lines.push(
      `curl ${bearer} --data-urlencode ${topic} -d data=hello -d private=on ${quote(audience)}`,
    );
  }
  const [subscribed] = subscribe;
  if (subscribed !== undefined) {
    const match = quote(
      `${isPattern(args, subscribed) ? "match_urlpattern" : "match"}=${subscribed}`,
    );
    lines.push(`curl -N -G ${bearer} --data-urlencode ${match} ${quote(audience)}`);
  }
  const path = new URL(audience).pathname;
  lines.push(
    "",
    "For a browser, from a server of the same site, over https:",
    `Set-Cookie: ${config.MERCURE_COOKIE_NAME}=${token}; Path=${path}; Max-Age=${lifetime}; Secure; HttpOnly; SameSite=Strict`,
    "",
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}

const args = readArguments();
if (args.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const { lifetime, payload } = args;
const config = await configure();

/** @type {Wanted[]} */
const all = [
  { role: "publisher", publish: args.publish, subscribe: [] },
  { role: "subscriber", publish: [], subscribe: args.subscribe },
];
const tokens = all
  .filter(({ publish, subscribe }) => publish.length + subscribe.length > 0)
  .map((wanted) => ({ wanted, signer: signerFor(wanted.role, args, config) }));
const audience =
  args.audience ??
  config.MERCURE_RESOURCE_IDENTIFIER ??
  fail("MERCURE_RESOURCE_IDENTIFIER is not set, and no --audience given: the hub's URL");
if (!/^https?:/.test(audience) || !URL.canParse(audience)) {
  fail(`--audience is ${JSON.stringify(audience)}, but must be the hub's URL`);
}

const [first, second] = tokens;
if (
  first &&
  second &&
  first.signer.algorithm === second.signer.algorithm &&
  first.signer.key.equals(second.signer.key)
) {
  first.wanted.subscribe = second.wanted.subscribe;
  tokens.pop();
}
if (tokens.length > 1 && args.print) {
  fail(
    "the keys of publishers and subscribers differ, so these are two tokens: --print one at a time",
  );
}
if (tokens.length > 1) {
  process.stdout.write("Two tokens, because the keys of publishers and subscribers differ.\n\n");
}
for (const { wanted, signer } of tokens) {
  const { token, expires } = await mint(wanted, signer);
  if (args.print) process.stdout.write(`${token}\n`);
  else explain(wanted, token, expires);
}
