import { shellWord } from "../code/quote.ts";
import type { WantedGrant } from "./wanted.ts";

const BEARER = '-H "Authorization: Bearer $TOKEN"';

/**
 * Writes commands to use a token in a terminal: one for the first topic of each action that it grants. @param hub the hub's whole address
 */
export function curlLines(grants: readonly WantedGrant[], hub: string): readonly string[] {
  const publish = grants.find((grant) => grant.publish);
  const subscribe = grants.find((grant) => grant.subscribe);
  return [
    ...(subscribe ? [subscribeLine(subscribe, hub)] : []),
    ...(publish ? [publishLine(publish, hub)] : []),
  ];
}

function subscribeLine({ match, type }: WantedGrant, hub: string): string {
  const name = type === "urlpattern" && match !== "*" ? "match_urlpattern" : "match";
  return `curl -N -G ${BEARER} --data-urlencode ${shellWord(`${name}=${match}`)} ${shellWord(hub)}`;
}

function publishLine(grant: WantedGrant, hub: string): string {
  const topic = shellWord(`topic=${sampleTopic(grant)}`);
  return `curl ${BEARER} --data-urlencode ${topic} -d data=hello ${shellWord(hub)}`;
}

/** Returns a topic that the matcher covers, for an example. */
export function sampleTopic({ match, type }: Pick<WantedGrant, "match" | "type">): string {
  if (match === "*") return "https://example.com/books/1";
  if (type === "exact") return match;
  return match.replace(/\/:[A-Za-z_$][\w$]*(\([^)]*\))?[?+*]?/g, "/1").replaceAll("*", "1");
}
