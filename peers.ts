import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { PEER_HEADER, PROXIED_HEADER } from "./hub/http/client.ts";

/** What proxies add. Next adds some of them itself, but later. */
const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/**
 * What a request that came through no proxy is marked with. Next asks itself for the page that an action redirects to, with the fields of
 * the request that it answers: what Next has added to them by then, and the mark, which nobody else can know.
 */
const DIRECT = `no ${randomUUID()}`;

/** A route handler sees no socket: each request is told who is at the other end of its own, in a field that no client can set. */
export function tellPeers(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    const { headers } = request;
    const isProxied =
      headers[PROXIED_HEADER] !== DIRECT &&
      PROXY_HEADERS.some((name) => headers[name] !== undefined);
    headers[PROXIED_HEADER] = isProxied ? "yes" : DIRECT;
    headers[PEER_HEADER] = socket.remoteAddress ?? "unknown";
  });
}
