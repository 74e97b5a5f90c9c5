/**
 * A hub of better-sse's channels, one for each topic, with sessions and broadcasts as in its documentation. As in the
 * clock's stream, data is written without serialization, and no session has a keep-alive timer. It has no history to resume from.
 */
import { createChannel, createSession } from "better-sse";
import { createHubServer } from "./hub-server.mjs";
import { listenIfMain } from "./listen.mjs";

/** @returns {import("node:http").Server} */
export function createBetterSseHub() {
  /** @type {Map<string, import("better-sse").Channel>} */
  const channels = new Map();
  let lastId = 0;

  /** @param {string} name */
  const channelOf = (name) => {
    let channel = channels.get(name);
    if (!channel) {
      channel = createChannel();
      channels.set(name, channel);
    }
    return channel;
  };

  return createHubServer({
    async subscribe(topics, request, response) {
      const session = await createSession(request, response, {
        serializer: String,
        keepAlive: null,
      });
      for (const topic of topics) channelOf(topic).register(session);
    },
    publish({ topic, data }) {
      const eventId = String(++lastId);
      channels.get(topic)?.broadcast(data, "message", { eventId });
      return eventId;
    },
  });
}

listenIfMain(import.meta.url, createBetterSseHub);
