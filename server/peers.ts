import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { PEER_HEADER, PROXIED_HEADER } from "../hub/http/request/client.ts";

/**
 * The fields that proxies and tunnels add: by their standards, and as nginx, Apache, Caddy, Traefik, Envoy, Varnish, Squid, ngrok, Tailscale,
 * Cloudflare, Fastly, Akamai, Fly, AWS, Azure and IIS write them. Next adds some of them itself, but later.
 */
const PROXY_FIELD =
  /^(forwarded|via|cdn-loop|true-client-ip|x-(forwarded|original|envoy|amz-cf|azure|arr|varnish)(-.*)?|x-amzn-trace-id|x-(real|client|cluster-client|proxyuser)-ip|x-(host|scheme)|(cf|fastly|fly|tailscale)-.+)$/;

/**
 * The mark of a request that came through no proxy. Next asks itself for the page that an action redirects to, with the fields of the
 * request that it answers: the fields that Next has added by then, and this mark. Nobody else can know it.
 */
const DIRECT = `no ${randomUUID()}`;

/**
 * Marks each request from now on with the address of its peer, and with whether it came through a proxy. A route handler sees no socket.
 * No client can set these fields. A request without them came over no socket: Next made it inside the process.
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
  // Clients have sent HTTP/1.1 for decades. nginx before 1.29.7 asks with HTTP/1.0 unless it is told otherwise.
  if (httpVersion === "1.0") return true;
  for (const name in headers) if (PROXY_FIELD.test(name)) return true;
  return false;
}
