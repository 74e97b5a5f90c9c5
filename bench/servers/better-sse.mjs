/**
 * better-sse on node:http, as its documentation shows it: a session for each request, registered with a channel that
 * broadcasts. Two of its defaults are changed, both to its advantage or to make the packets equal: the data is written as
 * it is, not as JSON, and there is no keep-alive timer for each session (with a packet a second it serves nothing).
 * It always writes an `event:message` line more, which means the same to a client.
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
