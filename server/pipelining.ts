import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface RequestStart {
  readonly response: ServerResponse;
  readonly socket: Socket;
}

/**
 * Emits `close` on every waiting response when its client leaves, from now on.
 *
 * A client may send several requests on one socket without waiting for the responses (RFC 9112, section 9.3.2), and then leave. Node emits
 * `close` only on the response that is being sent. A stream among the later responses would stay open for ever.
 */
export function tellPipelinedResponses(): void {
  const last = new WeakMap<Socket, ServerResponse>();
  subscribe("http.server.request.start", (message) => {
    const { response, socket } = message as RequestStart;
    const before = last.get(socket);
    last.set(socket, response);
    if (before === undefined || before.writableFinished) return;
    // Each response notifies the next one in a new turn of the event loop, so a thousand responses make no deep stack.
    before.once("close", () => {
      if (socket.destroyed) setImmediate(() => response.emit("close"));
    });
  });
}
