import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { fail } from "../run.mjs";

/** @typedef {{ issuer: string, algorithm: string, key: import("node:crypto").KeyObject }} Signer */

/**
 * Returns the signer of the role's tokens. Ends the process if there is no key.
 * @param {"publisher" | "subscriber"} role
 * @param {import("./arguments.mjs").Arguments} args
 * @param {import("../../server/env/config.mjs").Config} config
 * @returns {Signer}
 */
export function signerFor(role, args, config) {
  const own = config.MERCURE_TRUSTED_ISSUERS.find((trusted) =>
    [trusted.publisher, trusted.subscriber].some((source) => source?.kind === "static"),
  );
  const source = own?.[role]?.kind === "static" ? own[role] : undefined;
  const name = `MERCURE_${role.toUpperCase()}_JWT_KEY`;
  const issuer = args.issuer ?? own?.issuer;
  if (args["key-file"] !== undefined) {
    const algorithm =
      args.alg ?? source?.algorithm ?? fail("--key-file needs --alg, such as ES256");
    const key = readPrivateKey(args["key-file"]);
    const known = source?.key.type === "public" && own?.issuer === issuer ? source.key : undefined;
    if (known && !createPublicKey(key).equals(known)) {
      fail(`--key-file has another key than ${name} is the public part of`);
    }
    return { issuer: issuer ?? fail("--key-file needs --issuer: whose key it is"), algorithm, key };
  }
  if (source?.key.type === "secret") {
    return { issuer: issuer ?? own?.issuer ?? "", algorithm: source.algorithm, key: source.key };
  }
  if (source) return fail(`${name} is a public key: give the private one with --key-file`);
  return fail(
    `${name} is not set: set it to a secret (openssl rand -base64 48), MERCURE_TRUSTED_ISSUERS to your app's URL and MERCURE_RESOURCE_IDENTIFIER to the hub's, in .env.local or here; or give --key-file`,
  );
}

/** @param {string} file */
function readPrivateKey(file) {
  try {
    return createPrivateKey(readFileSync(file));
  } catch {
    return fail(
      `--key-file ${JSON.stringify(file)} is no private key that can be read (PEM, without a password)`,
    );
  }
}
