/** The hub's own URL. It is the audience of tokens, and the base URL of relative topics and patterns. */
export class HubUrl {
  readonly href: string;
  /** The path of the URL. Topics below it are reserved for the hub's own events. */
  readonly path: string;
  readonly #lastSegment: string;

  /** @param href an absolute http or https URL */
  constructor(href: string) {
    const url = new URL(href);
    this.href = href;
    this.path = normalized(url.pathname);
    this.#lastSegment = this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** The URL of the hub's metadata. Source: RFC 9728, section 3.1. */
  get metadata(): string {
    const { origin, pathname, search } = new URL(this.href);
    return `${origin}/.well-known/oauth-protected-resource${pathname}${search}`;
  }

  /** Resolves a topic to its URL; undefined: the topic is not a URL reference. */
  resolve(topic: string): URL | undefined {
    if (hostTooLong(topic) !== undefined) return undefined;
    try {
      return new URL(topic, this.href);
    } catch {
      return undefined;
    }
  }

  /** Returns whether the topic lies in the hub's own namespace. Source: Mercure, section Publication, `topic`. */
  reserves(topic: string): boolean {
    // Most topics need no parsing: they are plain and do not contain the last segment of the hub's path.
    if (PLAIN.test(topic) && !topic.includes(this.#lastSegment)) return false;
    // Only the path matters here, so a host that takes long to encode is replaced.
    const host = hostTooLong(topic);
    const url = this.resolve(host === undefined ? topic : topic.replace(host, "host"));
    if (!url) return false;
    const path = normalized(url.pathname);
    return path === this.path || path.startsWith(`${this.path}/`);
  }
}

/** Matches a name, or a URL with a short host and a path. It has nothing to decode, and is not relative to the hub's path. */
const PLAIN = /^(?:[\w-]+|https?:\/\/[\w.-]{1,253}(?::\d{1,5})?\/[^%]*)$/;

const UNRESERVED = /^[\w.~-]$/;

/**
 * Decodes the percent-encoded octets of unreserved characters. Source: RFC 3986, section 6.2.2.
 * Dot segments need no work here: a parsed URL has none left, not even encoded ones.
 */
function normalized(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
    return UNRESERVED.test(character) ? character : octet.toUpperCase();
  });
}

/** Matches the text in the place of an authority, for schemes whose host is a domain name. */
const AUTHORITY = /^ *(?:(?:https?|wss?|ftp|file):[\\/]*|[\\/]{2,})([^\\/?#]*)/i;

/** The length of the longest domain name, in characters. The time to convert one to ASCII grows with the square of its length. */
const MAX_HOST_LENGTH = 253;

function hostTooLong(reference: string): string | undefined {
  const host = AUTHORITY.exec(reference)?.[1] ?? "";
  return host.length > MAX_HOST_LENGTH && /\P{ASCII}/u.test(host) ? host : undefined;
}
