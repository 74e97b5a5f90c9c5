import { get } from "node:http";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RUNNEL, startOf } from "../contenders.mjs";
import { TOKEN_ENV } from "../hub/tokens.mjs";
import { startLoad } from "../processes.mjs";
import { prepare } from "../server.mjs";
import { Life } from "./life.mjs";
import { faultsOf, report } from "./report.mjs";

/** @typedef {import("./report.mjs").Soaked} Soaked */

const MAX_BYTES = 100 * 1024 * 1024;
const ENV = {
  ...TOKEN_ENV,
  LOG_LEVEL: "warn",
  MAX_CONNECTIONS: "2000",
  MAX_CONNECTIONS_PER_CLIENT: "100",
  TRUSTED_PROXIES: "1",
  HEARTBEAT_SECONDS: "5",
  HISTORY_MAX_BYTES: String(MAX_BYTES),
};

const LOOK_MS = 1000;
/** The interval between kills or deploys. A short run has four of them. */
const CHANGE_MS = 30_000;
const LEAST_CHANGES = 4;
/** The time in which the last clients' streams must end. */
const LEAVING_MS = 15_000;
/** The limit for ending a load, which waits for the updates that are due. */
const END_MS = 180_000;

/**
 * Runs all loads at once, for a number of minutes: strangers with all their habits, kills and deploys, and honest clients that count.
 * @param {import("../run.mjs").Run} run
 * @param {{ minutes: number, servers: readonly string[], before?: string | undefined }} options `before`: the folder of an older commit
 */
export async function runSoak(run, { minutes, servers, before }) {
  if (!(minutes > 0)) throw new Error("--minutes is a number of minutes, such as 10");
  const programs = [
    { name: RUNNEL.name, args: RUNNEL.args },
    ...(before === undefined ? [] : [{ name: "before", args: startOf(resolve(before)) }]),
  ].filter(({ name }) => servers.length === 0 || servers.includes(name));
  /** @type {Soaked[]} */
  const all = [];
  for (const { name, args } of programs) {
    const program = { name, args, path: "/api/stream?match=ready", env: ENV };
    await prepare({ ...program, env: { ...ENV, HISTORY_URL: "memory:" } }, run.nextPort());
    all.push(await soak(program, run.nextPort(), minutes * 60_000));
  }
  console.log(`\n${report(all, { minutes, limits: run.limits })}`);
  if (all.some((soaked) => faultsOf(soaked).length > 0)) process.exitCode = 1;
}

/**
 * @param {import("../server.mjs").Program} program
 * @param {number} port
 * @param {number} ms
 * @returns {Promise<Soaked>}
 */
async function soak(program, port, ms) {
  const life = new Life(program, port);
  const honest = startLoad("soak/honest.mjs");
  const hostile = startLoad("soak/hostile.mjs");
  try {
    await life.start();
    const start = await life.look({ collected: true });
    await honest.tell("start", { port });
    await hostile.tell("start", { port });
    await live(life, program.name, ms);
    const { overstays } = await hostile.tell("end");
    const counted = await honest.tell("end", undefined, END_MS);
    const streamsLeft = await streamsAfter(port, LEAVING_MS);
    const end = await life.look({ collected: true });
    const { peak } = life;
    return {
      name: program.name,
      honest: counted,
      rss: { start: start.rss, peak: peak.rss, end: end.rss },
      files: { start: start.files, peak: peak.files, end: end.files },
      disk: peak.disk,
      maxBytes: MAX_BYTES,
      longestTurn: life.longestTurn,
      streamsLeft,
      kills: life.kills,
      deploys: life.deploys,
      deaths: life.deaths,
      failedStarts: life.failedStarts,
      badExits: life.badExits,
      forgedLines: life.forgedLines,
      overstays,
    };
  } catch (error) {
    console.error(life.lastLines.join("\n"));
    throw error;
  } finally {
    await hostile.stop();
    await honest.stop();
    await life.close();
  }
}

/** Watches the hub, and kills and replaces it in turn. @param {Life} life @param {string} name @param {number} ms */
async function live(life, name, ms) {
  const start = performance.now();
  const changeMs = Math.min(CHANGE_MS, ms / LEAST_CHANGES);
  let changes = 0;
  while (performance.now() - start < ms) {
    await delay(LOOK_MS);
    const { rss, files, disk } = await life.look();
    // The last change is one whole interval before the end, so that growth within one process shows.
    if (performance.now() - start < (changes + 1) * changeMs) continue;
    if (changes + 1 === Math.floor(ms / changeMs)) continue;
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(
      `${name}, ${seconds} s: ${(rss / 2 ** 20).toFixed(0)} MB resident, ${files} files, ${(disk / 2 ** 20).toFixed(0)} MB on disk, longest turn ${life.longestTurn.toFixed(0)} ms`,
    );
    if (changes++ % 2) await life.deploy();
    else await life.kill();
  }
}

/** Returns how many streams are open after they have had time to end. @param {number} port @param {number} ms */
async function streamsAfter(port, ms) {
  const until = performance.now() + ms;
  while (true) {
    const streams = await streamsOf(port).catch(() => Number.NaN);
    if (streams === 0 || performance.now() > until) return streams;
    await delay(200);
  }
}

/** @param {number} port @returns {Promise<number>} */
const streamsOf = (port) =>
  new Promise((resolveStreams, reject) => {
    get({ host: "127.0.0.1", port, path: "/api/health", agent: false }, (response) => {
      let text = "";
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolveStreams(JSON.parse(text).connections));
      response.on("error", reject);
    }).on("error", reject);
  });
