/**
 * Is loaded into each server before anything else (`node --import`). It answers the questions that only the process itself can answer,
 * on a local socket of the benchmark: the CPU time that it has used, to the microsecond, and its memory after a full garbage
 * collection. It costs a server nothing between two questions, and ends the server when the benchmark is gone.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";
import { forgetPeak } from "./peak.mjs";
import { startProfile, stopProfile } from "./profile.mjs";
import { startTurns } from "./turns.mjs";

/**
 * @typedef {object} Usage
 * @property {number} cpuMicroseconds
 * @property {number} rss in bytes, as the next two
 * @property {number} heap
 * @property {number} peak the highest resident memory since the last "forget peak"
 * @property {number} longestTurn of the event loop, in milliseconds, from "start turns" to "stop turns"
 */
/** @typedef {"cpu" | "memory" | "forget peak" | "start profile" | "stop profile" | "start turns" | "stop turns" | "next turns"} Question `memory`: with all garbage collected; `next turns`: stops and starts */

const REQUEST = "http.server.request.start";
const address = process.env.BENCH_PROBE;

if (address && isMainThread) {
  setFlagsFromString("--expose-gc");
  const collect = /** @type {() => void} */ (runInNewContext("gc"));
  const socket = connect(address);
  socket.unref();
  socket.on("error", () => process.exit(1));
  socket.on("close", () => process.exit(1));

  /** @param {object} message */
  const say = (message) => socket.write(`${JSON.stringify(message)}\n`);

  // The benchmark asks the process that answers the requests. A launcher may have started it.
  const onRequest = () => {
    unsubscribe(REQUEST, onRequest);
    say({ serving: true });
  };
  subscribe(REQUEST, onRequest);

  let profiles = 0;
  /** @type {import("./turns.mjs").Turns | undefined} */
  let turns;
  createInterface({ input: socket }).on("line", async (question) => {
    if (question === "memory") {
      // The second run frees the objects that the first run leaves to finalizers.
      for (let i = 0; i < 2; i++) {
        collect();
        await delay(100);
      }
    }
    if (question === "forget peak") forgetPeak("self");
    if (question === "start profile") await startProfile();
    if (question === "stop profile") {
      await stopProfile(`${process.env.BENCH_PROFILE}-${++profiles}.cpuprofile`);
    }
    const longestTurn = /^(stop|next) turns$/.test(question) ? (turns?.stop() ?? 0) : 0;
    if (/^(start|next) turns$/.test(question)) turns = startTurns();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    const peak = process.resourceUsage().maxRSS * 1024;
    say({ cpuMicroseconds: user + system, rss, heap: heapUsed + external, peak, longestTurn });
  });
}
