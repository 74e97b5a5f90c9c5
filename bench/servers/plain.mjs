/**
 * The baseline: node:http, a list of responses and one interval that writes to each of them.
 *
 * The seed's server has an interval and a packet of its own for each client. That spreads the packets over the second,
 * and makes a thousand strings where one would do; nobody can be late to a tick that is his alone. The baseline keeps
 * its way of writing (`res.write` of a string, to each client) under one tick and with one string: less than this a
 * Node server cannot do, so no ratio flatters the others.
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
    // The seed's head waits for its first packet, up to a second: the number of connections accepted a second could not be seen.
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
