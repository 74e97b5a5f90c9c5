/**
 * The clients, publishers and subscribers, in a process of their own. Every delivery is counted, and must be the next of its
 * topic: a fast wrong answer is an error. It executes the orders from its IPC channel, one at a time, and ends when the channel closes.
 */
import { setTimeout as delay } from "node:timers/promises";
import { meter } from "../meter.mjs";
import { obey } from "../orders.mjs";
import { Deliveries } from "./deliveries.mjs";
import { DIALECTS } from "./dialects.mjs";
import { Publisher, requestOf } from "./publisher.mjs";
import { Subscriber, traffic } from "./subscriber.mjs";
import { dataOf, now, topicOf } from "./updates.mjs";

/** @typedef {{ dialect: import("./dialects.mjs").DialectName, port: number }} To */
/**
 * Connection i subscribes to `each` topics, beginning with topic `first + i * step`. Updates may go to one of them only.
 * @typedef {object} Audience
 * @property {number} count the number of connections
 * @property {number} [first]
 * @property {number} [step] 0: all subscribe to the same topics
 * @property {number} [each]
 * @property {boolean} [ordered] false: several connections publish, and each update must come once, in any order
 * @property {readonly string[]} [tokens] a token for each connection
 */
/**
 * @typedef {object} Publications
 * @property {number} updates
 * @property {number} bytes of data in each
 * @property {number} [first]
 * @property {number} [topics] how many topics: the updates go in turn to topic `first` and the topics after it
 * @property {number} [batch] updates in a request, if the hub supports batches
 * @property {number} [connections]
 * @property {number} [pipelined] how many requests are on their way on each connection
 * @property {number} [pace] updates a second; 0: the next one when all subscribers have the last one; undefined: as fast as they are
 * accepted
 * @property {boolean} [private]
 * @property {string | undefined} [token]
 */
/** @typedef {import("../meter.mjs").Used & { deliveries: number, bytes: number }} Received `seconds`: to the last delivery */
/** @typedef {Received & { answeredSeconds: number, latency: import("./deliveries.mjs").Latency }} Published `answeredSeconds`: to the last answer */

/** The limit of connections that are opened at once. Each counts until it has its head; if all reconnect at once, until it is connected. */
const OPENING = 100;
const STORMING = 400;

/** @type {Set<Subscriber>} */
const subscribers = new Set();
/** The sequence number of the last update of each topic. @type {Map<number, number>} */
const sequences = new Map();
/** The number of subscribers of each topic. @type {Map<number, number>} */
const listeners = new Map();
const deliveries = new Deliveries();
/** The position after which clients resume. */
let mark = { id: "", sequence: 0 };

/** @param {To & Audience} order @param {number} i @param {boolean} [resumes] */
function subscribe(order, i, resumes = false) {
  const { dialect, port, first = 0, step = 0, each = 1, ordered = true, tokens } = order;
  const start = first + i * step;
  const topics = Array.from({ length: each }, (_, j) => start + j);
  for (const topic of topics) listeners.set(topic, (listeners.get(topic) ?? 0) + 1);
  const subscriber = new Subscriber(
    {
      port,
      path: DIALECTS[dialect].subscribe(topics.map(topicOf)),
      from: (resumes ? mark.sequence : (sequences.get(start) ?? 0)) + 1,
      ordered,
      lastEventId: resumes ? mark.id : undefined,
      token: tokens?.[i],
      keepsId: false,
    },
    deliveries.onDelivery,
    deliveries.fail,
  );
  subscribers.add(subscriber);
  return subscriber;
}

/**
 * @param {number} count
 * @param {number} concurrency
 * @param {(i: number) => Promise<void>} open
 */
async function openAll(count, concurrency, open) {
  let next = 0;
  const worker = async () => {
    while (next < count) await open(next++);
  };
  await deliveries.orFailure(Promise.all(Array.from({ length: concurrency }, worker)));
}

/** Opens connections, until each has its head. @param {To & Audience} order */
async function open(order) {
  const used = meter();
  await openAll(order.count, OPENING, (i) => subscribe(order, i).opened);
  return used();
}

/** Returns the requests for the updates, and the number of deliveries that they cause. @param {To & Publications} order */
function build({ dialect, port, updates, bytes, first = 0, topics = 1, batch = 1, ...order }) {
  const { publish, batch: publishBatch } = DIALECTS[dialect];
  let due = 0;
  const all = Array.from({ length: updates }, (_, i) => {
    const topic = first + (i % topics);
    const sequence = (sequences.get(topic) ?? 0) + 1;
    sequences.set(topic, sequence);
    due += listeners.get(topic) ?? 0;
    const update = { topic: topicOf(topic), data: dataOf(sequence, now(), bytes) };
    return order.private ? { ...update, private: true } : update;
  });
  const to = { port, token: order.token };
  const requests = [];
  for (let i = 0; i < all.length; i += batch) {
    const part = all.slice(i, i + batch);
    if (publishBatch && batch > 1) requests.push(requestOf(publishBatch(part), to));
    else for (const update of part) requests.push(requestOf(publish(update), to));
  }
  return { requests, due };
}

/** @param {To & Publications} order @returns {Promise<Published>} */
async function publish(order) {
  const publisher = new Publisher({ connections: 1, pipelined: 1, ...order });
  await publisher.open();
  const flood = order.pace === undefined ? build(order) : undefined;
  const due = flood?.due ?? order.updates * (listeners.get(order.first ?? 0) ?? 0);
  deliveries.start(due, flood === undefined);
  const before = traffic.bytes;
  const used = meter();
  await deliveries.orFailure(
    flood ? publisher.send(flood.requests) : publishInTime(publisher, order),
  );
  const answered = used();
  await deliveries.all();
  const result = due > 0 ? used() : answered;
  const bytes = traffic.bytes - before;
  await deliveries.nothingMore();
  publisher.close();
  return {
    ...result,
    deliveries: due,
    bytes,
    answeredSeconds: answered.seconds,
    latency: deliveries.latency(),
  };
}

/**
 * Publishes the updates one at a time, each with the time when it is sent.
 * @param {Publisher} publisher
 * @param {To & Publications} order
 */
async function publishInTime(publisher, order) {
  const start = performance.now();
  for (let i = 0; i < order.updates; i++) {
    if (order.pace) await delay(Math.max(0, start + (i * 1000) / order.pace - performance.now()));
    const { requests, due } = build({ ...order, updates: 1, batch: 1 });
    const sent = publisher.send(requests);
    await sent;
    if (!order.pace) await deliveries.until((i + 1) * due);
  }
}

/** Publishes an update, and keeps its id as the position of the clients that disconnect now. @param {To & Publications} order */
async function leave(order) {
  const scout = new Subscriber(
    {
      port: order.port,
      path: DIALECTS[order.dialect].subscribe([topicOf(0)]),
      from: (sequences.get(0) ?? 0) + 1,
      ordered: true,
      lastEventId: undefined,
      token: undefined,
      keepsId: true,
    },
    deliveries.onDelivery,
    deliveries.fail,
  );
  await deliveries.orFailure(scout.opened);
  listeners.set(0, 1);
  await publish({ ...order, updates: 1 });
  mark = { id: scout.lastId, sequence: sequences.get(0) ?? 0 };
  scout.close();
  listeners.clear();
}

/**
 * Reconnects all clients at once. They receive the updates that they have missed.
 * @param {To & Audience} order
 * @returns {Promise<Received>}
 */
async function resume(order) {
  const due = order.count * ((sequences.get(0) ?? 0) - mark.sequence);
  deliveries.start(due, false);
  const before = traffic.bytes;
  const used = meter();
  await openAll(order.count, STORMING, (i) => subscribe(order, i, true).connected);
  await deliveries.all();
  const result = { ...used(), deliveries: due, bytes: traffic.bytes - before };
  await deliveries.nothingMore();
  return result;
}

function close() {
  for (const subscriber of subscribers) subscriber.close();
  subscribers.clear();
  listeners.clear();
}

obey({ open, publish, leave, resume, close });
