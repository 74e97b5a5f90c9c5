import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { TARGET_HEADER } from "../hub/http/request/target.ts";

const ABSOLUTE = /^https?:\/\//i;

/**
 * Stores each request's target for the route handlers, before Next rewrites it. A target in absolute form is changed to origin form, and its
 * host becomes the Host. Otherwise Next would redirect it to itself for ever. Source: RFC 9112, section 3.2.2.
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

/** Splits a target in absolute form, without changing its path and query; undefined: the target has another form, or is no URL. */
export function parseAbsolute(target: string): { host: string; target: string } | undefined {
  if (!ABSOLUTE.test(target) || !URL.canParse(target)) return undefined;
  const rest = target.replace(/^\w+:\/\/[^/?#]*/, "");
  return { host: new URL(target).host, target: rest.startsWith("/") ? rest : `/${rest}` };
}
