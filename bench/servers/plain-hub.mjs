/**
 * The hub's baseline, like a typical first version: a set of responses for each topic, and for each update one write of one
 * frame to each response. It keeps every topic's frames. A client that reconnects gets the missed frames in parts, so that
 * at most one part for each client is in memory. Apart from that, it does not wait for slow readers.
 */
import { once } from "node:events";
import { createHubServer } from "./hub-server.mjs";
import { listenIfMain } from "./listen.mjs";

/** The number of frames in one write of a replay. */
const PART = 500;

/** @typedef {{ clients: Set<import("node:http").ServerResponse>, frames: string[], ids: Map<string, number> }} Topic */

/** @returns {import("node:http").Server} */
export function createPlainHub() {
  /** @type {Map<string, Topic>} */
  const topics = new Map();
  let lastId = 0;

  /** @param {string} name */
  const topicOf = (name) => {
    let topic = topics.get(name);
    if (!topic) {
      topic = { clients: new Set(), frames: [], ids: new Map() };
      topics.set(name, topic);
    }
    return topic;
  };

  return createHubServer({
    async subscribe(names, request, response) {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
      response.flushHeaders();
      const all = names.map(topicOf);
      response.on("close", () => {
        for (const { clients } of all) clients.delete(response);
      });
      const since = request.headers["last-event-id"];
      if (typeof since === "string") for (const topic of all) await replay(topic, since, response);
      for (const { clients } of all) clients.add(response);
    },
    publish({ topic, data }) {
      const id = String(++lastId);
      const frame = `id:${id}\ndata:${data}\n\n`;
      const { clients, frames, ids } = topicOf(topic);
      ids.set(id, frames.push(frame));
      for (const client of clients) client.write(frame);
      return id;
    },
  });
}

/** @param {Topic} topic @param {string} since @param {import("node:http").ServerResponse} response */
async function replay({ frames, ids }, since, response) {
  const closed = once(response, "close");
  for (let i = ids.get(since) ?? frames.length; i < frames.length; i += PART) {
    const part = frames.slice(i, i + PART).join("");
    if (response.destroyed) return;
    if (!response.write(part)) await Promise.race([once(response, "drain"), closed]);
  }
}

listenIfMain(import.meta.url, createPlainHub);
