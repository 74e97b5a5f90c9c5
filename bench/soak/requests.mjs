/** Requests of strangers: on sockets of their own, well-formed or not, read or not. */
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { addressOf } from "../bounds/streams.mjs";

/** @type {Set<import("node:net").Socket>} */
const open = new Set();
/** The number of strangers, each with an address of its own. */
const STRANGERS = 5000;

export const stranger = () => addressOf(Math.floor(Math.random() * STRANGERS));

/** @param {number} port @returns {import("node:net").Socket} */
export function openSocket(port) {
  const socket = connect(port, "127.0.0.1");
  open.add(socket);
  // The server may be gone, or may have closed the connection.
  socket.on("error", () => {});
  socket.on("close", () => open.delete(socket));
  return socket;
}

/**
 * Sends bytes, reads the answer, and disconnects after some time.
 * @param {number} port
 * @param {string | Buffer} bytes
 * @param {number} ms
 */
export async function visit(port, bytes, ms) {
  const socket = openSocket(port);
  socket.on("data", () => {});
  socket.write(bytes);
  await delay(ms);
  socket.destroy();
}

/**
 * Returns the head of a stranger's request.
 * @param {string} target such as `GET /api/health`
 * @param {Readonly<Record<string, string | number>>} [fields]
 */
export function head(target, fields = {}) {
  const lines = Object.entries({ Host: "127.0.0.1", "X-Forwarded-For": stranger(), ...fields });
  return `${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

/**
 * Returns a publish request.
 * @param {string} token
 * @param {string} type
 * @param {string} body
 * @param {Readonly<Record<string, string>>} [fields]
 */
export const publication = (token, type, body, fields = {}) =>
  head("POST /api/stream", {
    Authorization: `Bearer ${token}`,
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    ...fields,
  }) + body;

export function leave() {
  for (const socket of open) socket.destroy();
}
