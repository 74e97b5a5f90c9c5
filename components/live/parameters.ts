/** The stream of this server. */
export const OWN_STREAM = "/api/stream";

export const CLOSE_SECONDS = { default: 10, longest: 86_400 } as const;

export interface Parameters {
  /** Another server's stream, absolute, http or https; undefined: this server's own. */
  readonly url: string | undefined;
  /** Seconds to the auto-close; 0: never. */
  readonly closeSeconds: number;
  /** A sentence for each bad value: the value, the allowed values, and the value that is used instead. */
  readonly problems: readonly string[];
}

type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Parses the page's query. An empty value counts as none, an unknown parameter is ignored, and of several values the first counts. */
export function parseParameters(search: Search): Parameters {
  const problems: string[] = [];
  const given = (name: string) => {
    const value = search[name];
    return (typeof value === "string" ? value : value?.[0])?.trim() || undefined;
  };
  const read = <T>(
    name: string,
    parse: (raw: string) => T | undefined,
    rule: string,
  ): T | undefined => {
    const raw = given(name);
    if (raw === undefined) return undefined;
    const value = parse(raw);
    if (value === undefined) problems.push(`${name} is ${quote(raw)}, but must be ${rule}`);
    return value;
  };
  return {
    url: read(
      "url",
      parseAddress,
      "the http or https address of an event stream, without a user name or password. Now showing this server’s own stream.",
    ),
    closeSeconds:
      read(
        "close",
        parseSeconds,
        `a number of seconds from 0 (never) to ${CLOSE_SECONDS.longest}. Now using ${CLOSE_SECONDS.default}.`,
      ) ?? CLOSE_SECONDS.default,
    problems,
  };
}

function parseAddress(raw: string): string | undefined {
  if (!URL.canParse(raw)) return undefined;
  const { protocol, username, password, href } = new URL(raw);
  // Browsers refuse to fetch an address with credentials, and it would be shown on the page.
  const wanted = (protocol === "http:" || protocol === "https:") && username + password === "";
  return wanted ? href : undefined;
}

// [spec] HTML, section 2.3.4.3: a valid floating-point number. The form's own field sends one.
const NUMBER = /^-?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i;

function parseSeconds(raw: string): number | undefined {
  if (!NUMBER.test(raw)) return undefined;
  const seconds = Number(raw) || 0; // -0 becomes 0
  return seconds >= 0 && seconds <= CLOSE_SECONDS.longest ? seconds : undefined;
}

function quote(raw: string): string {
  return JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw);
}
