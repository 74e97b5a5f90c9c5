import type { ProblemName } from "../service/problem.ts";
import type { Service } from "../service/service.ts";
import { PROXIED_HEADER } from "./client.ts";

/** Response fields that scripts of other origins may read. */
const EXPOSED = "Link, Mercure-Last-Event-ID, WWW-Authenticate, Retry-After";

/** What the clock says, and the hub's metadata: any page may read them. */
export const PUBLIC = { "Access-Control-Allow-Origin": "*" };

/**
 * What lets pages of the origins on the list read the answer; nothing for others. Cookies go with origins that are named, and never
 * with `*`. Source: WHATWG Fetch, section 3.3; Mercure, section Subscription.
 */
export function corsHeaders(
  { corsOrigins }: Service,
  { headers }: Request,
): Record<string, string> {
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins.includes(origin)) {
    return {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Expose-Headers": EXPOSED,
      Vary: "Origin",
    };
  }
  if (corsOrigins.includes("*")) {
    const Vary = "Origin, Cookie";
    // [spec] Where there are cookies, `*` MUST NOT be.
    if (headers.has("cookie")) return { Vary };
    return { "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED, Vary };
  }
  return corsOrigins.length > 0 ? { Vary: "Origin" } : {};
}

const PLAYGROUND_DETAILS = {
  "wrong-host":
    "a playground answers this machine alone, over HTTP/1.1 and through no proxy: set MERCURE_PUBLISHER_JWT_KEY before anything forwards to it",
  "wrong-origin": "a playground answers this machine and its own pages alone",
} as const satisfies Partial<Record<ProblemName, string>>;

type PlaygroundProblem = keyof typeof PLAYGROUND_DETAILS;

/**
 * Returns the reason why a playground does not answer; undefined: it does. Any page can send requests to a server on its visitor's machine,
 * and to a name that leads there (DNS rebinding). Only requests of the playground's own pages, or of no page, are answered.
 */
export function playgroundProblem({
  headers,
}: Pick<Request, "headers">): PlaygroundProblem | undefined {
  const host = headers.get("host") ?? "";
  // Nobody knows where a request without a mark comes from.
  const isDirect = headers.get(PROXIED_HEADER)?.startsWith("no") ?? false;
  if (!isLoopbackHost(host) || !isDirect) return "wrong-host";
  const origin = headers.get("origin");
  if (origin !== null) return hostOf(origin) === host ? undefined : "wrong-origin";
  // Browsers say where a request without an Origin comes from, too.
  const site = headers.get("sec-fetch-site") ?? "none";
  return site === "same-origin" || site === "none" ? undefined : "wrong-origin";
}

/** How a playground refuses what it does not answer: the problem, and its detail. undefined: it answers, or this is none. */
export function playgroundRefusal(
  { playground }: Service,
  request: Request,
): readonly [name: ProblemName, detail: string] | undefined {
  const problem = playground ? playgroundProblem(request) : undefined;
  return problem && [problem, PLAYGROUND_DETAILS[problem]];
}

/**
 * Whether a publish that a cookie has authorized comes from a page that may: the browser sends the cookie whoever asks it to.
 * Source: Mercure, section Security Considerations.
 */
export function mayPublishWithCookie(service: Service, { headers }: Request): boolean {
  const source = headers.get("origin") ?? headers.get("referer");
  if (source === null || !URL.canParse(source)) return false;
  const { origin } = new URL(source);
  return origin === new URL(service.hub.url.href).origin || service.publishOrigins.includes(origin);
}

/** Source: RFC 6761, section 6.3 (localhost); RFC 1122, section 3.2.1.3 (127/8); RFC 4291, section 2.5.3 (::1). */
function isLoopbackHost(host: string): boolean {
  return /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
