import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface RequestStart {
  readonly response: ServerResponse;
  readonly socket: Socket;
}

/**
 * A client may send requests on one socket without waiting for answers (RFC 9112, section 9.3.2), and leave. Node tells only the response
 * whose turn it was; those behind it never hear of it, so a stream among them would stay open for ever. From now on each is told.
 */
export function tellPipelinedResponses(): void {
  const last = new WeakMap<Socket, ServerResponse>();
  subscribe("http.server.request.start", (message) => {
    const { response, socket } = message as RequestStart;
    const before = last.get(socket);
    last.set(socket, response);
    if (before === undefined || before.writableFinished) return;
    // One passes it on to the next, each in a turn of its own: a thousand of them are no deep stack.
    before.once("close", () => {
      if (socket.destroyed) setImmediate(() => response.emit("close"));
    });
  });
}
