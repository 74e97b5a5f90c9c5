import {
  EVERYTHING,
  parseSubscription,
  type Subscription,
  subscriptionQuery,
} from "./subscription.ts";

/** The most streams of a link: it MUST NOT be able to use up all of a browser's connections. */
export const MOST_STREAMS = 8;

export interface Address {
  readonly streams: readonly Subscription[];
  /** A sentence for each invalid value. */
  readonly problems: readonly string[];
}

type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Parses the page's query: a `stream` for each stream on the page, whose value is the query for the hub. Without a `stream`, the page
 * listens to all topics; with an empty one, to none.
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

/** Returns the page's address for these streams. It never contains a token. */
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
