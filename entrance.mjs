/**
 * Finds the HTTP server of this process before it listens. Next makes that server, and hands it to nobody. The launcher imports this
 * file before Next; in `next dev`, where the server has a process of its own, Node imports it there (`--import`).
 */
import { subscribe } from "node:diagnostics_channel";
import { Server } from "node:http";

/** Bytes of a request's line and fields together. Node's own limit of 16 KiB is below what one token may have. */
const MAX_HEAD_BYTES = 64 * 1024;

subscribe("tracing:net.server.listen:asyncStart", (message) => {
  if (typeof message !== "object" || message === null || !("server" in message)) return;
  const { server } = message;
  if (!(server instanceof Server)) return;
  // Node reads it anew at each connection.
  Object.assign(server, { maxHeaderSize: MAX_HEAD_BYTES });
  // lifecycle.ts is in Next's bundle: only globalThis is the same there.
  Object.assign(globalThis, { [Symbol.for("runnel.server")]: server });
});
