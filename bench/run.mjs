/**
 * `npm run bench`: this app, a plain node:http server and better-sse side by side, in one run. See docs/benchmarks.md.
 *
 *   npm run bench                 1,000 and 10,000 connections, and keeps the table in docs/benchmarks.md
 *   npm run bench -- --quick      1,000 connections, fewer rounds, keeps nothing
 */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { CONTENDERS, RUNNEL } from "./contenders.mjs";
import { measure } from "./measure.mjs";
import { cores, prepare } from "./processes.mjs";
import { keep, report } from "./report.mjs";

const DOCUMENT = new URL("../docs/benchmarks.md", import.meta.url);
const FIRST_PORT = 4100;
/** Files that a server has open besides its connections, with room. */
const SPARE_FILES = 200;

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
});

const ROUNDS = options.quick ? 2 : 3;
const TICKS = options.quick ? 5 : 7;
const SIZES = options.quick ? [1000] : [1000, 10_000];

// Node raises its own limit as far as the system lets it, and a child inherits that.
const fileLimit = Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) || Infinity;
const mostConnections = fileLimit - SPARE_FILES;

/** @type {string[]} */
const limits = [];
if (cores) limits.push(`Servers on core ${cores.server}, the load on core ${cores.load}.`);
else
  limits.push(
    "Not pinned: this machine has no `taskset`, or one core; servers and load shared its cores.",
  );
const wanted = SIZES.filter((size) => size > mostConnections);
if (wanted.length > 0) {
  limits.push(
    `Limited to ${mostConnections} connections instead of ${wanted.join(", ")}: a process may open ${fileLimit} files here (\`ulimit -n\`).`,
  );
}
const sizes = [...new Set(SIZES.map((size) => Math.min(size, mostConnections)))];

console.log(
  `${limits.join("\n")}\nPreparing the production build (anew, if the sources are newer) …`,
);
let port = FIRST_PORT;
await prepare(RUNNEL, port++);

/** @type {import("./report.mjs").Size[]} */
const measured = sizes.map((connections) => ({
  connections,
  rounds: new Map(CONTENDERS.map(({ name }) => [name, []])),
}));
for (const { connections, rounds } of measured) {
  for (let round = 1; round <= ROUNDS; round++) {
    // Interleaved: what else the machine does meets all of them.
    for (const contender of CONTENDERS) {
      const one = await measure(contender, port++, { connections, ticks: TICKS });
      rounds.get(contender.name)?.push(one);
      console.log(
        `${connections} connections, round ${round}: ${contender.name}: ${one.cpuPerPacket.toFixed(1)} µs a packet, ${(one.rssPerConnection / 1024).toFixed(1)} KB and ${one.cpuPerAccept.toFixed(0)} µs a connection`,
      );
    }
  }
}

const text = report(measured, { rounds: ROUNDS, ticks: TICKS, limits });
console.log(`\n${text}`);
if (!options.quick) keep(DOCUMENT, text);
