/**
 * The common part of this folder's hubs: the part of the Mercure protocol that the benchmark uses, on node:http. They
 * validate nothing and authorize nobody.
 */
import { createServer } from "node:http";

/** @typedef {{ topic: string, data: string }} Update */
/**
 * @typedef {object} Hub
 * @property {(topics: string[], request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => unknown} subscribe
 * @property {(update: Update) => string} publish returns the update's id
 */

/** @param {import("node:http").IncomingMessage} request */
async function bodyOf(request) {
  /** @type {Buffer[]} */
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** @param {string} body @param {string | undefined} type @returns {Update[]} */
function updatesOf(body, type) {
  if (type === "application/x-ndjson") {
    return body.split("\n").flatMap((line) => (line ? JSON.parse(line) : []));
  }
  const form = new URLSearchParams(body);
  return [{ topic: form.get("topic") ?? "", data: form.get("data") ?? "" }];
}

/** @param {Hub} hub @returns {import("node:http").Server} */
export function createHubServer({ subscribe, publish }) {
  return createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    if (request.method === "GET") {
      subscribe(url.searchParams.getAll("match"), request, response);
      return;
    }
    const updates = updatesOf(await bodyOf(request), request.headers["content-type"]);
    const ids = updates.map(publish);
    response.writeHead(200, { "Content-Type": "text/plain" }).end(ids.join("\n"));
  });
}
