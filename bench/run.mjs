/**
 * `npm run bench`: compares this app with other servers in one run. See docs/benchmarks.md.
 *
 *   npm run bench                 stream and hub, and writes the tables to docs/benchmarks.md
 *   npm run bench -- stream       the clock's stream alone
 *   npm run bench -- hub          the hub alone; `-- hub flood resume` runs some of its scenarios, and writes no tables
 *   npm run bench -- hub --server Runnel --server nchan    some of its servers, and writes no tables
 *   npm run bench -- bounds       the hub's longest turns under hostile loads; `-- bounds hostile users` some of its scenarios, no tables
 *   npm run bench -- bounds --before ../older    also measures an older commit in that folder, with its node_modules
 *   npm run bench -- soak --minutes 10    all loads at once, kills and deploys, with clients that count; `--before` as above; no tables
 *   npm run bench -- --quick      smaller sizes, fewer rounds, writes no tables
 *   npm run bench -- --rounds 1   this many rounds instead of three
 *   npm run bench -- hub flood --server Runnel --profile /tmp    writes a CPU profile of each phase to that folder, and writes no tables
 */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { runBounds } from "./bounds/run.mjs";
import { RUNNEL } from "./contenders.mjs";
import { runHub } from "./hub/run.mjs";
import { cores } from "./processes.mjs";
import { prepare } from "./server.mjs";
import { runSoak } from "./soak/run.mjs";
import { runStream } from "./stream/run.mjs";

/**
 * @typedef {object} Run
 * @property {boolean} quick whether to use the small sizes
 * @property {boolean} kept whether the tables are written to the document
 * @property {number} rounds
 * @property {URL} document
 * @property {() => number} nextPort returns a new port for each server, so that no server waits until another's connections are forgotten
 * @property {number} mostConnections the highest number of connections of a server on this machine
 * @property {number} fileLimit
 * @property {readonly string[]} limits the limits of this machine, for the report
 */

const FIRST_PORT = 4100;
/** The number of files that a server has open besides its connections, with a reserve. */
const SPARE_FILES = 200;

const { values: options, positionals } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    profile: { type: "string" },
    server: { type: "string", multiple: true, default: [] },
    before: { type: "string" },
    minutes: { type: "string", default: "10" },
  },
  allowPositionals: true,
});
const [part, ...scenarios] = positionals;
const PARTS = ["stream", "hub", "bounds", "soak"];
if (part !== undefined && !PARTS.includes(part)) {
  throw new Error(`${part} is no part: ${PARTS.join(", ")}`);
}

// Node raises its own limit as far as the system allows, and a child process inherits that.
const fileLimit = Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) || Infinity;

const limits = [
  cores
    ? `Servers on core ${cores.server}, the load on core ${cores.load}.`
    : "Not pinned: this machine has no `taskset`, or one core; servers and load shared its cores.",
];

let port = FIRST_PORT;
const profile = options.profile && resolve(options.profile);
/** @type {Run} */
const run = {
  quick: options.quick,
  kept: !options.quick && !profile && options.server.length + scenarios.length === 0,
  rounds: Number(options.rounds ?? (options.quick ? 2 : 3)),
  document: new URL("../docs/benchmarks.md", import.meta.url),
  nextPort: () => port++,
  mostConnections: fileLimit - SPARE_FILES,
  fileLimit,
  limits,
};

console.log(limits.join("\n"));
if (part !== "hub" || options.server.length === 0 || options.server.includes(RUNNEL.name)) {
  console.log("Preparing the production build (anew, if the sources are newer) …");
  await prepare(RUNNEL, run.nextPort());
}

if (part === undefined || part === "stream") await runStream(run);
if (part === undefined || part === "hub") {
  await runHub(run, { scenarios, servers: options.server, profile });
}
if (part === "bounds") {
  await runBounds(run, { scenarios, servers: options.server, before: options.before });
}
if (part === "soak") {
  const minutes = Number(options.minutes);
  await runSoak(run, { minutes, servers: options.server, before: options.before });
}
