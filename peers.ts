import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { PEER_HEADER, PROXIED_HEADER } from "./hub/http/client.ts";

/** What proxies add. Next adds some of them itself, but later. */
const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** A route handler sees no socket: each request is told who is at the other end of its own, in a field that no client can set. */
export function tellPeers(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    const isProxied = PROXY_HEADERS.some((name) => request.headers[name] !== undefined);
    request.headers[PROXIED_HEADER] = isProxied ? "yes" : "no";
    request.headers[PEER_HEADER] = socket.remoteAddress ?? "unknown";
  });
}
