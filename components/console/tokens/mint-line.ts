import { shellWord } from "../code/quote.ts";
import { looksLikePattern, parsePayload, type Wanted, type WantedGrant } from "./wanted.ts";

/**
 * The commands that mint what was picked: one, or where one can't say which topics are patterns, one for the topics and one for the
 * patterns. What was picked MUST have no problem.
 */
export function mintLines(wanted: Wanted): readonly string[] {
  const { grants } = wanted;
  if (grants.every(({ match, type }) => match === "*" || type === typeAsSeen(match)))
    return [line(wanted, grants, "")];
  const exact = grants.filter(({ match, type }) => match === "*" || type === "exact");
  const patterns = grants.filter((grant) => !exact.includes(grant));
  return [
    ...(exact.length > 0 ? [line(wanted, exact, " --exact")] : []),
    ...(patterns.length > 0 ? [line(wanted, patterns, " --pattern")] : []),
  ];
}

function line(wanted: Wanted, grants: readonly WantedGrant[], kind: string): string {
  const subscribes = grants.some(({ subscribe }) => subscribe);
  const payload = subscribes ? parsePayload(wanted.payload) : undefined;
  return [
    "npm run token --",
    ...grants.flatMap(({ match, publish, subscribe }) => [
      ...(publish ? [option("publish", match)] : []),
      ...(subscribe ? [option("subscribe", match)] : []),
    ]),
    ...(payload ? [option("payload", JSON.stringify(payload))] : []),
    ...(wanted.subject === "" ? [] : [option("subject", wanted.subject)]),
    ...(wanted.lifetime === "1h" ? [] : [option("expires", wanted.lifetime)]),
  ]
    .join(" ")
    .concat(kind);
}

function option(name: string, value: string): string {
  // What begins with a dash would be taken for an option of its own.
  const glue = value.startsWith("-") ? "=" : " ";
  return `--${name}${glue}${shellWord(value)}`;
}

function typeAsSeen(match: string): WantedGrant["type"] {
  return looksLikePattern(match) ? "urlpattern" : "exact";
}
