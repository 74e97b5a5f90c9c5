/** The hub's own URL: tokens name it as their audience, and relative topics and patterns are resolved against it. */
export class HubUrl {
  readonly href: string;
  /** Its path, below which is what the hub makes itself. */
  readonly path: string;

  /** @param href an absolute http or https URL */
  constructor(href: string) {
    const url = new URL(href);
    this.href = href;
    this.path = normalized(url.pathname);
  }

  /** A topic or a pattern's URL, resolved; undefined: it is no URL reference. */
  resolve(topic: string): URL | undefined {
    try {
      return new URL(topic, this.href);
    } catch {
      return undefined;
    }
  }

  /** Whether the topic lies where only the hub itself publishes. Source: Mercure, section Publication, `topic`. */
  reserves(topic: string): boolean {
    const url = this.resolve(topic);
    if (!url) return false;
    const path = normalized(url.pathname);
    return path === this.path || path.startsWith(`${this.path}/`);
  }
}

const UNRESERVED = /^[\w.~-]$/;

/** Percent-encoded octets of unreserved characters decoded, then dot segments removed. Source: RFC 3986, section 6.2.2. */
function normalized(path: string): string {
  const decoded = path.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
    return UNRESERVED.test(character) ? character : octet.toUpperCase();
  });
  // A URL with a path of its own takes the dot segments out that decoding brought to light.
  return decoded.startsWith("/") ? new URL(`http://hub${decoded}`).pathname : decoded;
}
