import { shellWord } from "../code/quote.ts";
import { looksLikePattern, parsePayload, type Wanted, type WantedGrant } from "./wanted.ts";

/**
 * Writes the commands that mint the token. One is enough, unless it cannot express which topics are patterns: then one is for topics and
 * one for patterns. `wanted` MUST have no problem.
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
  // A value that begins with a dash would be parsed as an option.
  const glue = value.startsWith("-") ? "=" : " ";
  return `--${name}${glue}${shellWord(value)}`;
}

function typeAsSeen(match: string): WantedGrant["type"] {
  return looksLikePattern(match) ? "urlpattern" : "exact";
}
