/** The clients of the bounds: strangers, users and honest clients, in a process of their own that obeys the benchmark's orders. */
import { setTimeout as delay } from "node:timers/promises";
import { Publisher } from "../hub/publisher.mjs";
import { mint } from "../hub/tokens.mjs";
import { obey } from "../orders.mjs";
import { ask, HonestClients, latencyOf } from "./honest.mjs";
import { AUDIENCES, hostileTopics, newTopics } from "./patterns.mjs";
import { addressOf, closeStreams, openStream, openStreams } from "./streams.mjs";

/** @typedef {"nothing" | "publish" | "batch" | "connect"} Act what is done to the hub while honest clients are there */
/** @typedef {{ port: number, audience: string, count: number }} Audience */
/**
 * @typedef {object} Observed milliseconds
 * @property {number} answered the time until the act was answered
 * @property {import("./honest.mjs").Latency} delivery from publishing to receipt
 * @property {import("./honest.mjs").Latency} health
 */

/** The time before the act, and after it, during which honest clients are connected. */
const BEFORE_MS = 500;
const AFTER_MS = 2000;
/** A hub whose answers are this fast, several times in a row, has finished its work. */
const SETTLED_MS = 20;
const SETTLED_TIMES = 10;
/** The size of an audience's range in the strangers' addresses. No address belongs to two audiences. */
const AUDIENCE_SIZE = 20_000;

let round = 0;

/** @param {Audience} order */
async function open({ port, audience, count }) {
  const names = Object.keys(AUDIENCES);
  const queryOf = AUDIENCES[audience];
  if (queryOf === undefined) throw new Error(`${audience} is no audience: ${names.join(", ")}`);
  const first = names.indexOf(audience) * AUDIENCE_SIZE;
  const streamOf = (/** @type {number} */ i) => ({
    query: queryOf(i),
    address: addressOf(first + i),
  });
  const opened = await openStreams(port, count, streamOf);
  await settled(port);
  return opened;
}

/** @param {number} port */
async function settled(port) {
  for (let times = 0; times < SETTLED_TIMES; ) {
    const start = performance.now();
    await ask({ port, path: "/api/health" });
    times = performance.now() - start < SETTLED_MS ? times + 1 : 0;
    await delay(SETTLED_MS);
  }
}

/** @param {number} port @param {string} type @param {string} body @param {Record<string, string>} [fields] */
async function post(port, type, body, fields) {
  const headers = {
    authorization: `Bearer ${await mint("publish", "*")}`,
    "content-type": type,
    ...fields,
  };
  const status = await ask({ port, path: "/api/stream", method: "POST", headers }, body);
  if (status !== 200) throw new Error(`the publication was refused: ${status}`);
}

/** @type {Readonly<Record<Act, (port: number, updates: number) => Promise<void>>>} */
const ACTS = {
  async nothing() {},
  publish(port) {
    const form = new URLSearchParams({ data: "x" });
    for (const topic of hostileTopics(round)) form.append("topic", topic);
    return post(port, "application/x-www-form-urlencoded", form.toString());
  },
  batch(port, updates) {
    const lines = newTopics(round, updates).map((topic) => JSON.stringify({ topic, data: "x" }));
    return post(port, "application/x-ndjson", lines.join("\n"));
  },
  async connect(port) {
    const status = await openStream(port, AUDIENCES.exact?.(round) ?? "", addressOf(1 << 20));
    if (status !== 200) throw new Error(`the stream was refused: ${status}`);
  },
};

/** @param {{ port: number, act: Act, updates: number }} order @returns {Promise<Observed>} */
async function observe({ port, act, updates }) {
  round++;
  const honest = new HonestClients(port, await mint("publish", "*"), round);
  try {
    await honest.start();
    await delay(BEFORE_MS);
    const start = performance.now();
    await ACTS[act](port, updates);
    const answered = performance.now() - start;
    await delay(AFTER_MS);
    return { answered, ...(await honest.end()) };
  } finally {
    honest.close();
  }
}

/** @param {number} port @param {string} token @param {number} i */
function keyed(port, token, i) {
  const body = `topic=https%3A%2F%2Fexample.com%2Fkeyed&data=${i}`;
  return Buffer.from(
    `POST /api/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: ${i}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

let keys = 0;

/** Publishes updates with new keys, on `connections` connections. @param {{ port: number, count: number, connections: number }} order */
async function publishKeyed({ port, count, connections }) {
  const token = await mint("publish", "*");
  const publisher = new Publisher({ port, connections, pipelined: 1 });
  await publisher.open();
  const requests = Array.from({ length: count }, () => keyed(port, token, ++keys));
  /** @type {number[]} */
  const times = [];
  if (connections > 1) await publisher.send(requests);
  else {
    for (const one of requests) {
      const start = performance.now();
      await publisher.send([one]);
      times.push(performance.now() - start);
    }
  }
  publisher.close();
  return latencyOf(times);
}

obey({ open, observe, publishKeyed, close: closeStreams });
