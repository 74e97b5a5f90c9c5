/**
 * The baseline: node:http, a list of responses and one interval that writes to each of them.
 *
 * The seed's server has an interval and a packet of its own for each client. That spreads the packets over the second,
 * and makes a thousand strings instead of one. No client of it can be late, because each has a tick of its own. The baseline
 * writes in the same way (`res.write` of a string, to each client), but with one tick and one string. A Node server cannot
 * do less than this, so no ratio flatters the other servers.
 */
import { createServer } from "node:http";
import { listenIfMain } from "./listen.mjs";
import { packetData, TICK_MS } from "./packet.mjs";

/** @returns {import("node:http").Server} */
export function createPlainServer() {
  /** @type {Set<import("node:http").ServerResponse>} */
  const clients = new Set();
  const server = createServer((_request, response) => {
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-cache",
      "Access-Control-Allow-Origin": "*",
    });
    // The seed sends its head with its first packet, up to a second late. That would hide the number of accepted connections a second.
    response.flushHeaders();
    clients.add(response);
    response.on("close", () => clients.delete(response));
  });
  const tick = setInterval(() => {
    const time = Date.now();
    const packet = `id:${time}\ndata:${packetData(time)}\n\n`;
    for (const client of clients) client.write(packet);
  }, TICK_MS);
  return server.on("close", () => clearInterval(tick));
}

listenIfMain(import.meta.url, createPlainServer);
