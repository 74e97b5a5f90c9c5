/** The hub's own URL: tokens name it as their audience, and relative topics and patterns are resolved against it. */
export class HubUrl {
  readonly href: string;
  /** Its path, below which is what the hub makes itself. */
  readonly path: string;
  readonly #lastSegment: string;

  /** @param href an absolute http or https URL */
  constructor(href: string) {
    const url = new URL(href);
    this.href = href;
    this.path = normalized(url.pathname);
    this.#lastSegment = this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** Where its metadata is. Source: RFC 9728, section 3.1. */
  get metadata(): string {
    const { origin, pathname, search } = new URL(this.href);
    return `${origin}/.well-known/oauth-protected-resource${pathname}${search}`;
  }

  /** A topic's URL, resolved; undefined: it is no URL reference. */
  resolve(topic: string): URL | undefined {
    if (hostTooLong(topic) !== undefined) return undefined;
    try {
      return new URL(topic, this.href);
    } catch {
      return undefined;
    }
  }

  /** Whether the topic lies where only the hub itself publishes. Source: Mercure, section Publication, `topic`. */
  reserves(topic: string): boolean {
    // What most topics look like is told from the hub's path without parsing: its last segment is not in them.
    if (PLAIN.test(topic) && !topic.includes(this.#lastSegment)) return false;
    // Any authority will do, so one that takes long to encode is left out.
    const host = hostTooLong(topic);
    const url = this.resolve(host === undefined ? topic : topic.replace(host, "host"));
    if (!url) return false;
    const path = normalized(url.pathname);
    return path === this.path || path.startsWith(`${this.path}/`);
  }
}

/** A name, or a URL with a short host and a path; nothing that a parser decodes, and no reference to the hub's own path. */
const PLAIN = /^(?:[\w-]+|https?:\/\/[\w.-]{1,253}(?::\d{1,5})?\/[^%]*)$/;

const UNRESERVED = /^[\w.~-]$/;

/**
 * Percent-encoded octets of unreserved characters decoded. Source: RFC 3986, section 6.2.2.
 * A parsed URL has no dot segments left, not even encoded ones.
 */
function normalized(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
    return UNRESERVED.test(character) ? character : octet.toUpperCase();
  });
}

/** What stands where an authority may stand, in URLs whose host is a domain name. */
const AUTHORITY = /^ *(?:(?:https?|wss?|ftp|file):[\\/]*|[\\/]{2,})([^\\/?#]*)/i;

/** In characters, as no domain name is longer; turning one into ASCII takes time that grows with its square. */
const MAX_HOST_LENGTH = 253;

function hostTooLong(reference: string): string | undefined {
  const host = AUTHORITY.exec(reference)?.[1] ?? "";
  return host.length > MAX_HOST_LENGTH && /\P{ASCII}/u.test(host) ? host : undefined;
}
