import type { ProblemName } from "../service/problem.ts";
import type { Service } from "../service/service.ts";
import { PROXIED_HEADER } from "./client.ts";

/** Response fields that scripts of other origins may read. */
const EXPOSED = "Link, Mercure-Last-Event-ID, WWW-Authenticate, Retry-After";

/** The CORS headers of public responses, such as the clock and the hub's metadata: any page may read them. */
export const PUBLIC = { "Access-Control-Allow-Origin": "*" };

/**
 * Returns the CORS headers that let pages of the listed origins read the response. For other origins it returns no permission. Cookies are
 * allowed for origins that are listed by name, and never for `*`. Source: WHATWG Fetch, section 3.3; Mercure, section Subscription.
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
    // [spec] The response to a request with cookies MUST NOT have `*`.
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
 * Returns the reason why a playground refuses the request; undefined: it accepts the request.
 *
 * Any page can send requests to a server on its visitor's machine, and to a host name that resolves to it (DNS rebinding). So a playground
 * accepts only requests of its own pages, and requests that no page sent.
 */
export function playgroundProblem({
  headers,
}: Pick<Request, "headers">): PlaygroundProblem | undefined {
  const host = headers.get("host") ?? "";
  // A request without this field counts as proxied: its origin is unknown.
  const isDirect = headers.get(PROXIED_HEADER)?.startsWith("no") ?? false;
  if (!isLoopbackHost(host) || !isDirect) return "wrong-host";
  const origin = headers.get("origin");
  if (origin !== null) return hostOf(origin) === host ? undefined : "wrong-origin";
  // Browsers send Sec-Fetch-Site also in requests without an Origin.
  const site = headers.get("sec-fetch-site") ?? "none";
  return site === "same-origin" || site === "none" ? undefined : "wrong-origin";
}

/** Returns a playground's refusal of the request: the problem and its detail. undefined: it accepts, or this hub is no playground. */
export function playgroundRefusal(
  { playground }: Service,
  request: Request,
): readonly [name: ProblemName, detail: string] | undefined {
  const problem = playground ? playgroundProblem(request) : undefined;
  return problem && [problem, PLAYGROUND_DETAILS[problem]];
}

/**
 * Whether a publish with a cookie comes from a permitted page. A browser sends the cookie with requests of any page.
 * Source: Mercure, section Security Considerations.
 */
export function mayPublishWithCookie(service: Service, { headers }: Request): boolean {
  const source = headers.get("origin") ?? headers.get("referer");
  if (source === null || !URL.canParse(source)) return false;
  const { origin } = new URL(source);
  return origin === new URL(service.hub.url.href).origin || service.publishOrigins.includes(origin);
}

/** Whether the host is this machine. Source: RFC 6761, section 6.3 (localhost); RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3. */
function isLoopbackHost(host: string): boolean {
  return /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
