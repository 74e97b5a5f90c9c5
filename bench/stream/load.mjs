/**
 * The clients, in a process of their own: raw sockets, one buffer for all their reads, and a parser that makes no garbage.
 * It executes the orders from its IPC channel, one at a time, and ends when the channel closes.
 */
import { connect as connectSocket } from "node:net";
import { StreamReader } from "../frames.mjs";
import { meter } from "../meter.mjs";
import { obey } from "../orders.mjs";

/**
 * @typedef {{ port: number, path: string, connections: number }} OpenOrder opens connections, until each has its head
 * @typedef {{ seconds: number, busy: number }} Opened `busy`: the load's share of its core
 * @typedef {{ ticks: number }} WatchOrder counts packets, until this many more ticks have reached every connection
 * @typedef {{ packets: number, missed: number, lateness: number[], cpuMicroseconds: number, busy: number }} Watched
 *   `lateness`: of each tick's last packet, in milliseconds; `missed`: how many connections did not get a tick
 */

/** The number of connections that are opened at once. */
const CONCURRENCY = 100;

const buffer = Buffer.allocUnsafeSlow(64 * 1024);
/** @type {Set<import("node:net").Socket>} */
const sockets = new Set();

let packets = 0;
let missed = 0;
/** @type {number[]} */
let lateness = [];
/** The number of connections that have received each tick that is still arriving, by its id. @type {Map<number, number>} */
const arriving = new Map();
/** Ticks up to this one are not counted, because a part of them arrived before the watch began. */
let lastUncounted = 0;
let newest = 0;
let onTick = () => {};

/** If more ticks than this are arriving at once, the oldest one will never reach every connection. */
const MOST_ARRIVING = 5;

/** Counts a packet. @param {number} id the server's time of the tick, in milliseconds since 1970 */
function count(id) {
  packets++;
  if (id > newest) newest = id;
  if (id <= lastUncounted) return;
  const have = (arriving.get(id) ?? 0) + 1;
  arriving.set(id, have);
  if (have === sockets.size) {
    lateness.push(Date.now() - id);
    arriving.delete(id);
    // Every connection gets its packets in order, so the missing packets of an older tick will not arrive.
    for (const older of arriving.keys()) if (older < id) giveUp(older);
    onTick();
  } else if (arriving.size > MOST_ARRIVING) {
    giveUp(Math.min(...arriving.keys()));
  }
}

/** @param {number} id */
function giveUp(id) {
  missed += sockets.size - (arriving.get(id) ?? 0);
  arriving.delete(id);
  onTick();
}

/** Opens one connection. @param {OpenOrder} order @returns {Promise<void>} */
function connect({ port, path }) {
  return new Promise((resolve, reject) => {
    const reader = new StreamReader(resolve, count);
    /** @param {number} length */
    const read = (length) => {
      try {
        reader.push(buffer, length);
      } catch (error) {
        fail(error);
      }
      return true;
    };
    const socket = connectSocket({ port, host: "127.0.0.1", onread: { buffer, callback: read } });
    sockets.add(socket);
    /** @param {unknown} error */
    const fail = (error) => {
      // A socket that this process has closed is no longer in the set.
      if (sockets.delete(socket)) reject(error);
    };
    socket.on("error", fail).on("close", () => {
      if (sockets.has(socket)) throw new Error("the server closed a connection");
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`,
    );
  });
}

/** @param {OpenOrder} order @returns {Promise<Opened>} */
async function open(order) {
  const used = meter();
  let left = order.connections;
  const worker = async () => {
    while (left-- > 0) await connect(order);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return used();
}

/** @param {WatchOrder} order @returns {Promise<Watched>} */
function watch({ ticks }) {
  packets = missed = 0;
  lateness = [];
  arriving.clear();
  lastUncounted = newest;
  const used = meter();
  return new Promise((resolve) => {
    let left = ticks;
    onTick = () => {
      if (--left > 0) return;
      onTick = () => {};
      resolve({ packets, missed, lateness, ...used() });
    };
  });
}

/** Resets every connection, which leaves no port in TIME_WAIT. */
function close() {
  const closing = [...sockets];
  sockets.clear();
  for (const socket of closing) socket.resetAndDestroy();
}

obey({ open, watch, close });
