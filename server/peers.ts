import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { PEER_HEADER, PROXIED_HEADER } from "../hub/http/request/client.ts";

/**
 * The header fields that proxies and tunnels add: those of the standards, and those of nginx, Apache, Caddy, Traefik, Envoy, Varnish, Squid,
 * ngrok, Tailscale, Cloudflare, Fastly, Akamai, Fly, AWS, Azure and IIS. Next itself adds some of them, but later.
 */
const PROXY_FIELD =
  /^(forwarded|via|cdn-loop|true-client-ip|x-(forwarded|original|envoy|amz-cf|azure|arr|varnish)(-.*)?|x-amzn-trace-id|x-(real|client|cluster-client|proxyuser)-ip|x-(host|scheme)|(cf|fastly|fly|tailscale)-.+)$/;

/**
 * The secret mark of a request that came through no proxy. When a server action redirects, Next requests the new page from itself. It copies
 * the fields of the original request, with the fields that it has added and this mark. Nobody else can know the mark.
 */
const DIRECT = `no ${randomUUID()}`;

/**
 * Adds to each request from now on the address of its peer, and whether it came through a proxy. A route handler has no access to the
 * socket. No client can set these fields. A request without them has no socket: Next made it inside the process.
 */
export function tellPeers(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    request.headers[PROXIED_HEADER] = isProxied(request) ? "yes" : DIRECT;
    request.headers[PEER_HEADER] = socket.remoteAddress ?? "unknown";
  });
}

function isProxied({ headers, httpVersion }: IncomingMessage): boolean {
  if (headers[PROXIED_HEADER] === DIRECT) return false;
  // Clients have used HTTP/1.1 for decades. nginx before 1.29.7 sends HTTP/1.0, unless it is configured otherwise.
  if (httpVersion === "1.0") return true;
  for (const name in headers) if (PROXY_FIELD.test(name)) return true;
  return false;
}
