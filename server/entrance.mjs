/**
 * Finds the HTTP server of this process before it listens. Next creates that server and gives no access to it. The launcher imports this
 * file before Next. `next dev` runs the server in its own process, where Node imports this file (`--import`).
 */
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { Server } from "node:http";

/** The limit of a request's line and header fields together, in bytes. Node's default of 16 KiB is too small for a long token. */
const MAX_HEAD_BYTES = 64 * 1024;
const REQUEST_START = "http.server.request.start";

subscribe("tracing:net.server.listen:asyncStart", (message) => {
  if (typeof message !== "object" || message === null || !("server" in message)) return;
  const { server } = message;
  if (!(server instanceof Server)) return;
  // Node reads maxHeaderSize again for each connection.
  Object.assign(server, { maxHeaderSize: MAX_HEAD_BYTES });
  // lifecycle.ts is in Next's bundle. It shares only globalThis with this file.
  const entrance = { server, replayRequests: keepRequests() };
  Object.assign(globalThis, { [Symbol.for("runnel.entrance")]: entrance });
});

/**
 * Records the start events of requests that arrive before lifecycle.ts has started. Next does not answer them earlier.
 * @returns a function that ends the recording and publishes the recorded events again, for subscribers of the channel that came later
 */
function keepRequests() {
  /** @type {unknown[]} */
  const early = [];
  const keep = (/** @type {unknown} */ message) => void early.push(message);
  subscribe(REQUEST_START, keep);
  return () => {
    unsubscribe(REQUEST_START, keep);
    for (const message of early.splice(0)) channel(REQUEST_START).publish(message);
  };
}
