/** Streams that only have to be open: they read, and discard the bytes. Each comes from another client. */
import { connect } from "node:net";

/** @typedef {{ opened: number, refused: number }} Opened */

const OPENING = 100;

/** @type {Set<import("node:net").Socket>} */
const open = new Set();

/** Returns the address of client `i`, as a proxy adds it. @param {number} i */
export const addressOf = (i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

/**
 * Opens one stream. Resolves to the status of its answer.
 * @param {number} port
 * @param {string} query
 * @param {string} address
 * @returns {Promise<number>}
 */
export function openStream(port, query, address) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    open.add(socket);
    socket.once("data", (bytes) => resolve(Number(bytes.toString("latin1", 9, 12))));
    socket.on("data", () => {});
    socket.on("error", reject);
    socket.on("close", () => {
      open.delete(socket);
      reject(new Error("the server closed a stream without an answer"));
    });
    // The hub refuses with a status only if the client accepts no event stream.
    socket.write(
      `GET /api/stream?${query} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/json\r\nX-Forwarded-For: ${address}\r\n\r\n`,
    );
  });
}

/**
 * Opens many streams, some at a time.
 * @param {number} port
 * @param {number} count
 * @param {(i: number) => { query: string, address: string }} streamOf
 * @returns {Promise<Opened>}
 */
export async function openStreams(port, count, streamOf) {
  const result = { opened: 0, refused: 0 };
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const { query, address } = streamOf(next++);
      const status = await openStream(port, query, address);
      if (status === 200) result.opened++;
      else result.refused++;
    }
  };
  await Promise.all(Array.from({ length: OPENING }, worker));
  return result;
}

export function closeStreams() {
  for (const socket of open) socket.resetAndDestroy();
}
