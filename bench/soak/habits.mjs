/** The strangers' habits. Each is repeated at its own pace, and each limits what it keeps open. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AUDIENCES, hostileTopics, MATCHERS } from "../bounds/patterns.mjs";
import { mint } from "../hub/tokens.mjs";
import { head, openSocket, publication, visit } from "./requests.mjs";

/** A text that marks a log line as written by a stranger. */
export const FORGED = "forged-by-a-stranger";

const FORM = "application/x-www-form-urlencoded";
const BATCH = "application/x-ndjson";

/** Counts the streams of clients that never read, after their tokens have expired: ended, or still open. */
export const overstays = { ended: 0, over: 0 };
/** A stream ends with its token, and its socket at most this much later, in milliseconds. */
const OVERSTAY_MS = 4000;

/** @param {number} least @param {number} most */
const between = (least, most) => least + Math.random() * (most - least);
const number = () => Math.floor(Math.random() * 1e9);

/** @typedef {{ everyMs: number, act: (port: number, round: number) => Promise<void> }} Habit */

/** @type {Readonly<Record<string, Habit>>} */
export const HABITS = {
  "streams that come and go": {
    everyMs: 50,
    act: (port) =>
      visit(
        port,
        head(`GET /api/stream?match=${encodeURIComponent(randomUUID())}`),
        between(0, 500),
      ),
  },
  "100 exact matchers": {
    everyMs: 500,
    act: (port) => visit(port, head(`GET /api/stream?${AUDIENCES.exact?.(number())}`), 300),
  },
  "hostile patterns": {
    everyMs: 500,
    act: (port, round) =>
      visit(port, head(`GET /api/stream?${AUDIENCES.hostile?.(round % 40)}`), 10_000),
  },
  "patterns for all topics": {
    everyMs: 2000,
    act: (port) => visit(port, head(`GET /api/stream?${AUDIENCES.roots?.(number())}`), 10_000),
  },
  "an update with long topics": {
    everyMs: 10_000,
    async act(port, round) {
      const form = new URLSearchParams({ data: "x" });
      for (const topic of hostileTopics(round)) form.append("topic", topic);
      await visit(port, publication(await mint("publish", "*"), FORM, form.toString()), 9000);
    },
  },
  "a batch with huge topics": {
    everyMs: 3000,
    async act(port) {
      const topics = Array.from(
        { length: MATCHERS },
        (_, i) => `https://e.com/u/1/${i}/`.padEnd(2000, "x") + randomUUID(),
      );
      const line = `${JSON.stringify({ topic: topics, data: "x" })}\n`;
      await visit(port, publication(await mint("publish", "*"), BATCH, line.repeat(38)), 2500);
    },
  },
  "receipts with long ids": {
    everyMs: 1000,
    async act(port) {
      const lines = Array.from({ length: 100 }, () =>
        JSON.stringify({ topic: "receipts", data: "x", id: randomUUID().padEnd(500, "i") }),
      );
      const fields = { "Idempotency-Key": randomUUID() };
      const body = lines.join("\n");
      await visit(port, publication(await mint("publish", "*"), BATCH, body, fields), 900);
    },
  },
  "readers that stop reading while their token ends": { everyMs: 1500, act: stopReading },
  "the image optimizer, with a stream": {
    everyMs: 200,
    act: (port) =>
      visit(port, head(`GET /_next/image?url=%2Fapi%2Fstream%23${number()}&w=32&q=75`), 300),
  },
  "the image optimizer, with lines for the log": {
    everyMs: 2000,
    act: (port) => {
      const line = `%0A%7B%22level%22%3A50%2C%22msg%22%3A%22${FORGED}%22%7D`;
      return visit(port, head(`GET /_next/image?url=%2Fnothing${line}&w=32&q=75`), 300);
    },
  },
  "bad heads": {
    everyMs: 100,
    act: (port, round) => visit(port, BAD_HEADS[round % BAD_HEADS.length]?.() ?? "", 200),
  },
  "heads that never end": {
    everyMs: 1000,
    act: (port) => visit(port, head("GET /api/health").slice(0, -2), 20_000),
  },
  "withheld bodies": { everyMs: 1500, act: withholdBody },
};

const LONG = "m".repeat(2000);

/** @type {(() => string)[]} */
const BAD_HEADS = [
  () => head(`GET /api/stream?${`match=${LONG}&`.repeat(9)}`),
  () => head("GET /api/stream?match=%ff"),
  () => head("GET /api/stream?match=x", { "Last-Event-ID": "x".repeat(2000) }),
  () => head("GET /api/stream?match=x", { Authorization: `Bearer ${"x".repeat(12_000)}` }),
  () => head("GET http://localhost/.well-known/mercure?match=x"),
  () => head("GET /api/health", { Upgrade: "h2c", Connection: "Upgrade" }),
  () => head("TRACE /"),
  () => head("OPTIONS *"),
  () => head("DELETE /api/stream"),
  () => head(`GET /nothing/${FORGED}%0A`),
  () => head("POST /api/stream", { "Transfer-Encoding": "chunked, identity" }),
  () => "GET / HTTP/9.9\r\n\r\n",
  () => "\u0000\u0001\u0002\r\n\r\n",
];

/** Sends a body without its last byte. @param {number} port @param {number} round */
async function withholdBody(port, round) {
  const path = ["/", "/console/token", "/api/stream"][round % 3];
  const size = path === "/api/stream" ? 1_000_000 : 10_000_000;
  const socket = openSocket(port);
  socket.on("data", () => {});
  const token = await mint("publish", "*");
  const fields = { Authorization: `Bearer ${token}`, "Content-Type": FORM, "Content-Length": size };
  socket.write(head(`POST ${path}`, fields));
  socket.write(Buffer.alloc(size - 1, "x"));
  await delay(20_000);
  socket.destroy();
}

/** Subscribes to all topics with a token of a few seconds, and never reads. @param {number} port */
async function stopReading(port) {
  const seconds = 5;
  const token = await mint("subscribe", "*", `${seconds}s`);
  const socket = openSocket(port);
  socket.pause();
  // If the stream has ended cleanly, only this field makes the server close the socket at once.
  const fields = { Authorization: `Bearer ${token}`, Connection: "close" };
  socket.write(head("GET /api/stream?match=*", fields));
  await delay(seconds * 1000 + OVERSTAY_MS);
  if (!socket.writable || socket.connecting) return;
  overstays.ended++;
  // If the server has closed the socket, it answers the first of these bytes with a reset, and the second write fails.
  const closed = new Promise((resolve) => socket.once("close", () => resolve(true)));
  socket.write("\r\n");
  await delay(300);
  if (!socket.destroyed) socket.write("\r\n");
  const isClosed = await Promise.race([closed, delay(700, false)]);
  if (!isClosed) overstays.over++;
  socket.destroy();
}
