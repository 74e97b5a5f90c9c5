/**
 * Finds the HTTP server of this process before it listens. Next makes that server, and hands it to nobody. The launcher imports this
 * file before Next; in `next dev`, where the server has a process of its own, Node imports it there (`--import`).
 */
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { Server } from "node:http";

/** Bytes of a request's line and fields together. Node's own limit of 16 KiB is below what one token may have. */
const MAX_HEAD_BYTES = 64 * 1024;
const REQUEST_START = "http.server.request.start";

subscribe("tracing:net.server.listen:asyncStart", (message) => {
  if (typeof message !== "object" || message === null || !("server" in message)) return;
  const { server } = message;
  if (!(server instanceof Server)) return;
  // Node reads it anew at each connection.
  Object.assign(server, { maxHeaderSize: MAX_HEAD_BYTES });
  // lifecycle.ts is in Next's bundle: only globalThis is the same there.
  const entrance = { server, replayRequests: keepRequests() };
  Object.assign(globalThis, { [Symbol.for("runnel.entrance")]: entrance });
});

/**
 * Keeps the starts of requests, which Next answers no sooner than lifecycle.ts has started.
 * @returns reports them again, to those who have subscribed since, and ends the keeping
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
