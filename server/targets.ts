import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { TARGET_HEADER } from "../hub/http/request/target.ts";

const ABSOLUTE = /^https?:\/\//i;

/**
 * Notes each request's target for the route handlers, before Next rewrites it. A target in absolute form becomes one in origin form with
 * its own Host, which Next would redirect to itself for ever. Source: RFC 9112, section 3.2.2.
 */
export function noteTargets(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const absolute = parseAbsolute(request.url ?? "");
    if (absolute) {
      request.url = absolute.target;
      request.headers.host = absolute.host;
    }
    request.headers[TARGET_HEADER] = request.url;
  });
}

/** Splits a target in absolute form, and leaves its path and query as they are; undefined: it is in another form, or no URL. */
export function parseAbsolute(target: string): { host: string; target: string } | undefined {
  if (!ABSOLUTE.test(target) || !URL.canParse(target)) return undefined;
  const rest = target.replace(/^\w+:\/\/[^/?#]*/, "");
  return { host: new URL(target).host, target: rest.startsWith("/") ? rest : `/${rest}` };
}
