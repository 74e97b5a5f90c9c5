/**
 * The honest clients of the soak, in a process of their own: publishers that repeat requests without an answer, and readers that miss
 * nothing.
 */
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { latencyOf } from "../bounds/honest.mjs";
import { mint } from "../hub/tokens.mjs";
import { obey } from "../orders.mjs";
import { Ledger } from "./ledger.mjs";
import { Reader } from "./reader.mjs";

/**
 * @typedef {import("./ledger.mjs").Account & { gaps: number, silences: number, reconnects: number, repeated: number, unlike: number, refused: string[], answered: import("../bounds/honest.mjs").Latency }} Honest
 * `repeated`: requests that were sent again although they were answered; `unlike`: repeated requests that got another answer; `answered`:
 * the
 * time until updates were answered, including requests that were sent again
 */

const PUBLISHERS = 4;
const PACE_MS = 40;
const BATCH = 10;
const BATCH_PACE_MS = 400;
const ANSWER_MS = 60_000;
const AGAIN_MS = 300;
/** One update in `PRIVATE_EVERY` is private, and one in `REPEAT_EVERY` is sent again. */
const PRIVATE_EVERY = 3;
const REPEAT_EVERY = 10;
/** An update that did not arrive after this time counts as lost. */
const PATIENCE_MS = 60_000;

const topicOf = (/** @type {string} */ name) => `https://example.com/soak/${name}`;

const ledger = new Ledger();
/** @type {Reader[]} */
let readers = [];
/** @type {Promise<void>[]} */
let publishing = [];
let isOver = false;
/** @type {number[]} */
const times = [];
let repeated = 0;
let unlike = 0;
/** @type {Set<string>} */
const refused = new Set();

/**
 * @typedef {{ port: number, token: string, type: string, key: string | undefined, body: string }} Publication
 * @param {Publication} publication
 * @returns {Promise<{ status: number, text: string }>} rejects if there was no answer
 */
function post({ port, token, type, key, body }) {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    ...(key === undefined ? {} : { "idempotency-key": key }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: "127.0.0.1", port, path: "/api/stream", method: "POST", headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      },
    );
    asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error("no answer")));
    asked.on("error", reject);
    asked.end(body);
  });
}

/**
 * Sends the request until it is answered with 200. Resolves to the answer, or to undefined if it was refused.
 * @param {Publication} publication
 */
async function untilAnswered(publication) {
  const start = performance.now();
  while (true) {
    const answer = await post(publication).catch(() => undefined);
    if (answer?.status === 200) {
      times.push(performance.now() - start);
      return answer.text;
    }
    if (answer && answer.status < 500) {
      refused.add(`${answer.status} ${answer.text.trim()}`);
      return undefined;
    }
    await delay(AGAIN_MS);
  }
}

/**
 * Sends the same request again. It must get the same answer, and must not be published again.
 * @param {Publication} publication
 * @param {string} answer
 */
async function repeat(publication, answer) {
  repeated++;
  if ((await untilAnswered(publication)) !== answer) unlike++;
}

/** Publishes one update after another. @param {number} port @param {string} name @param {boolean} isKeyed */
async function publish(port, name, isKeyed) {
  const token = await mint("publish", "*");
  const type = "application/x-www-form-urlencoded";
  for (let i = 0; !isOver; i++) {
    await delay(PACE_MS);
    const data = `${name}.${i}`;
    const fields = { topic: topicOf(name), data, ...(i % PRIVATE_EVERY ? {} : { private: "on" }) };
    const body = new URLSearchParams(fields).toString();
    const publication = { port, token, type, key: isKeyed ? data : undefined, body };
    if (!isKeyed) {
      // Without a key it is unknown whether a request without an answer was accepted.
      const answer = await post(publication).catch(() => undefined);
      if (answer?.status === 200) ledger.acknowledge(data);
      continue;
    }
    const answer = await untilAnswered(publication);
    if (answer === undefined) continue;
    ledger.acknowledge(data);
    if (i % REPEAT_EVERY === 0) await repeat(publication, answer);
  }
}

/** @param {number} port @param {string} name */
async function publishBatches(port, name) {
  const token = await mint("publish", "*");
  const type = "application/x-ndjson";
  for (let i = 0; !isOver; i++) {
    await delay(BATCH_PACE_MS);
    const all = Array.from({ length: BATCH }, (_, j) => `${name}.${i}.${j}`);
    const body = all.map((data) => JSON.stringify({ topic: topicOf(name), data })).join("\n");
    const answer = await untilAnswered({ port, token, type, key: `${name}.${i}`, body });
    if (answer !== undefined) for (const data of all) ledger.acknowledge(data);
  }
}

/** @param {{ port: number }} order */
async function start({ port }) {
  const names = [...Array(PUBLISHERS).keys()].map((i) => `publisher${i}`);
  const topics = [...names, "batches"].map(topicOf);
  /** @type {[name: string, query: [string, string][], lifetime: string][]} */
  const kinds = [
    ["exact", topics.map((topic) => ["match", topic]), "1h"],
    ["pattern", [["match_urlpattern", topicOf(":name")]], "1h"],
    ["short tokens", [["match_urlpattern", topicOf("*")]], "15s"],
  ];
  readers = kinds.map(([name, query, lifetime]) => {
    ledger.join(name);
    return new Reader({
      port,
      query: new URLSearchParams(query).toString(),
      token: () => mint("subscribe", "*", lifetime),
      onUpdate: (data) => ledger.receive(name, data),
    });
  });
  await Promise.all(readers.map(({ opened }) => opened));
  publishing = [
    ...names.map((name, i) => publish(port, name, i > 0)),
    publishBatches(port, "batches"),
  ];
}

/** Stops publishing, waits for the due updates, and returns the results. @returns {Promise<Honest>} */
async function end() {
  isOver = true;
  await Promise.all(publishing);
  const until = performance.now() + PATIENCE_MS;
  while (!ledger.isSettled && performance.now() < until) await delay(100);
  await Promise.all(readers.map((reader) => reader.close()));
  const sum = (/** @type {"gaps" | "silences" | "reconnects"} */ key) =>
    readers.reduce((all, reader) => all + reader[key], 0);
  return {
    ...ledger.account(),
    gaps: sum("gaps"),
    silences: sum("silences"),
    reconnects: sum("reconnects"),
    repeated,
    unlike,
    refused: [...refused],
    answered: latencyOf(times),
  };
}

obey({ start, end });
