import { setTimeout as delay } from "node:timers/promises";
import { startLoad } from "../processes.mjs";
import { startServer } from "../server.mjs";

/** @typedef {import("./load.mjs").Opened} Opened */
/** @typedef {import("./load.mjs").Watched} Watched */

/**
 * @typedef {object} Measured the figures of one contender in one round
 * @property {number} cpuPerPacket of the server, in microseconds
 * @property {readonly number[]} lateness of each tick's last packet, in milliseconds
 * @property {number} missed packets that did not arrive
 * @property {number} rssPerConnection in bytes
 * @property {number} heapPerConnection live objects and their memory outside the heap, in bytes
 * @property {number} acceptedPerSecond
 * @property {number} cpuPerAccept of the server, in microseconds
 * @property {number} loadCpuPerPacket in microseconds
 * @property {number} loadBusy the load's share of its core while packets were counted
 * @property {number} loadBusyOpening the same while connections were opened
 */

/**
 * The highest number of connections that are opened and closed before the measurement, so that the code is compiled and the heap has its
 * size.
 */
const WARM_UP_CONNECTIONS = 1000;

/**
 * Measures one contender with a number of connections, in processes that were started for it.
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
    // The first tick may have begun before the last connection was open.
    await load.tell("watch", { ticks: 2 });
    const full = await server.ask("memory");
    await load.tell("watch", { ticks: 2 });

    // Measures from the pause after a tick to the pause after another.
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
    // Stops the load first: a connection that the server closes is an error for the load.
    await load.stop();
    await server.stop();
  }
}
