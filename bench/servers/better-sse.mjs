/**
 * better-sse on node:http, as in its documentation: a session for each request, registered with a channel that broadcasts.
 * Two of its defaults are changed, to its advantage or to make the packets equal. The data is written as text,
 * not as JSON. There is no keep-alive timer for each session, because a packet a second makes it useless.
 * It always writes an additional `event:message` line, which has no effect on a client.
 */
import { createServer } from "node:http";
import { createChannel, createSession } from "better-sse";
import { listenIfMain } from "./listen.mjs";
import { packetData, TICK_MS } from "./packet.mjs";

/** @returns {import("node:http").Server} */
export function createBetterSseServer() {
  const channel = createChannel();
  const server = createServer(async (request, response) => {
    channel.register(
      await createSession(request, response, { serializer: String, keepAlive: null }),
    );
  });
  const tick = setInterval(() => {
    const time = Date.now();
    channel.broadcast(packetData(time), "message", { eventId: String(time) });
  }, TICK_MS);
  return server.on("close", () => clearInterval(tick));
}

listenIfMain(import.meta.url, createBetterSseServer);
