import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/**
 * Throws away the body of each GET and HEAD from now on, as it comes. Nobody reads it, and while it waits Node reads nothing of the
 * socket: it would not notice that the client of a stream has left.
 */
export function dropUnreadBodies(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const { method, headers } = request;
    if (method !== "GET" && method !== "HEAD") return;
    if (headers["content-length"] || headers["transfer-encoding"]) request.resume();
  });
}
