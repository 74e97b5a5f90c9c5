import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { SOCKET_HEADER, type Sockets } from "../hub/http/service/sockets.ts";

/** Marks each request with the number of its socket, in a field that no client can set, so that a stream can reset its connection. */
export function numberSockets(sockets: Sockets): void {
  subscribe("http.server.request.start", (message) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    request.headers[SOCKET_HEADER] = sockets.numberOf(socket);
  });
}
