import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { SOCKET_HEADER, type Sockets } from "../hub/http/service/sockets.ts";

/** Adds to each request the number of its socket, so that a stream can reset its connection. No client can set this header field. */
export function numberSockets(sockets: Sockets): void {
  subscribe("http.server.request.start", (message) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    request.headers[SOCKET_HEADER] = sockets.numberOf(socket);
  });
}
