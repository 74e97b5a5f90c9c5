import {
  EVERYTHING,
  parseSubscription,
  type Subscription,
  subscriptionQuery,
} from "./subscription.ts";

/** A link MUST NOT be able to take all of a browser's connections at once. */
export const MOST_STREAMS = 8;

export interface Address {
  readonly streams: readonly Subscription[];
  /** A sentence for each value that says nothing. */
  readonly problems: readonly string[];
}

type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Reads the page's query: a `stream` for each one that is shown, whose value is the query that the hub takes. None given: everything is
 * listened to; one that is empty: nothing is.
 */
export function parseAddress({ stream }: Search): Address {
  if (stream === undefined) return { streams: [EVERYTHING], problems: [] };
  const given = (typeof stream === "string" ? [stream] : stream).filter((query) => query !== "");
  const problems: string[] = [];
  const streams: Subscription[] = [];
  for (const query of given.slice(0, MOST_STREAMS)) {
    const parsed = parseSubscription(query);
    if (parsed) streams.push(parsed);
    else problems.push(`stream is ${quote(query)}, but must be matchers such as match=news`);
  }
  if (given.length > MOST_STREAMS) {
    problems.push(`The address has ${given.length} streams; the first ${MOST_STREAMS} are shown.`);
  }
  return { streams, problems };
}

/** The page's address for these streams. It never has a token in it. */
export function consoleAddress(streams: readonly Subscription[]): string {
  const [only] = streams;
  const asFirst = streams.length === 1 && only && subscriptionQuery(only) === "match=*";
  if (asFirst) return "/console";
  const queries = streams.length === 0 ? [""] : streams.map(subscriptionQuery);
  return `/console?${queries.map((query) => `stream=${encodeURIComponent(query)}`).join("&")}`;
}

function quote(raw: string): string {
  return JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw);
}
