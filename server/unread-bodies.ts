import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/**
 * Discards the body of each GET and HEAD request from now on. No handler reads such a body. While it waits, Node stops reading from the
 * socket, so it would not notice when the client of a stream leaves.
 */
export function dropUnreadBodies(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const { method, headers } = request;
    if (method !== "GET" && method !== "HEAD") return;
    if (headers["content-length"] || headers["transfer-encoding"]) request.resume();
  });
}
