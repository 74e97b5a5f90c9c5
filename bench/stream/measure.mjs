import { setTimeout as delay } from "node:timers/promises";
import { startLoad } from "../processes.mjs";
import { startServer } from "../server.mjs";

/** @typedef {import("./load.mjs").Opened} Opened */
/** @typedef {import("./load.mjs").Watched} Watched */

/**
 * @typedef {object} Measured one contender, one round
 * @property {number} cpuPerPacket of the server, in microseconds
 * @property {readonly number[]} lateness of each tick's last packet, in milliseconds
 * @property {number} missed packets that did not come
 * @property {number} rssPerConnection in bytes
 * @property {number} heapPerConnection live objects and what they hold outside the heap, in bytes
 * @property {number} acceptedPerSecond
 * @property {number} cpuPerAccept of the server, in microseconds
 * @property {number} loadCpuPerPacket in microseconds
 * @property {number} loadBusy the load's share of its core while packets were counted
 * @property {number} loadBusyOpening the same while connections were opened
 */

/** At most so many connections come and go before anything is measured: the code is compiled, the heap has its size. */
const WARM_UP_CONNECTIONS = 1000;

/**
 * One contender with so many connections, in processes that were started for it.
 * @param {import("../server.mjs").Program} contender
 * @param {number} port
 * @param {{ connections: number, ticks: number }} size
 * @returns {Promise<Measured>}
 */
export async function measure(contender, port, { connections, ticks }) {
  const load = startLoad("stream/load.mjs");
  const server = await startServer(contender, port);
  const { path } = contender;
  try {
    await load.tell("open", {
      port,
      path,
      connections: Math.min(connections, WARM_UP_CONNECTIONS),
    });
    await load.tell("watch", { ticks: 1 });
    await load.tell("close");
    await delay(500);

    const idle = await server.ask("memory");
    /** @type {Opened} */
    const opened = await load.tell("open", { port, path, connections });
    const afterOpening = await server.ask("cpu");
    // The first tick may have begun before the last connection came.
    await load.tell("watch", { ticks: 2 });
    const full = await server.ask("memory");
    await load.tell("watch", { ticks: 2 });

    // From the quiet after a tick to the quiet after another.
    const before = await server.ask("cpu");
    /** @type {Watched} */
    const watched = await load.tell("watch", { ticks });
    const after = await server.ask("cpu");

    return {
      cpuPerPacket: (after.cpuMicroseconds - before.cpuMicroseconds) / watched.packets,
      lateness: watched.lateness,
      missed: watched.missed,
      rssPerConnection: (full.rss - idle.rss) / connections,
      heapPerConnection: (full.heap - idle.heap) / connections,
      acceptedPerSecond: connections / opened.seconds,
      cpuPerAccept: (afterOpening.cpuMicroseconds - idle.cpuMicroseconds) / connections,
      loadCpuPerPacket: watched.cpuMicroseconds / watched.packets,
      loadBusy: watched.busy,
      loadBusyOpening: opened.busy,
    };
  } finally {
    // The load first: to it, a connection that the server closes is an error.
    await load.stop();
    await server.stop();
  }
}
