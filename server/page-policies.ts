import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { contentSecurityPolicy } from "./content-security-policy.ts";

/** The addresses with responses that are never a page. */
const NO_PAGE =
  /^\/(api\/(stream|health|metrics)|console\/(token|inspect)|stream|\.well-known\/mercure|icon\.svg|_next\/static\/[^?]*)(\?|$)/;

/**
 * Gives each page a Content-Security-Policy with its own nonce, from now on. Next reads the nonce from the request's header field and
 * adds it to its scripts. Next's usual way is proxy.ts, but then Next reads each request's body into memory first.
 */
export function sendPagePolicies(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (NO_PAGE.test(request.url ?? "")) return;
    const policy = contentSecurityPolicy();
    request.headers["content-security-policy"] = policy;
    response.setHeader("Content-Security-Policy", policy);
  });
}
