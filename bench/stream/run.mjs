import { keep } from "../report.mjs";
import { CONTENDERS } from "./contenders.mjs";
import { measure } from "./measure.mjs";
import { report } from "./report.mjs";

/** @typedef {import("../run.mjs").Run} Run */

/** Measures the clock's stream: a packet a second to every connection. @param {Run} run */
export async function runStream(run) {
  const { quick, rounds: ROUNDS, nextPort, mostConnections, fileLimit, limits } = run;
  const TICKS = quick ? 5 : 7;
  const SIZES = quick ? [1000] : [1000, 10_000];

  const wanted = SIZES.filter((size) => size > mostConnections);
  const lowered = wanted.map(
    (size) =>
      `Limited to ${mostConnections} connections instead of ${size}: a process may open ${fileLimit} files here (\`ulimit -n\`).`,
  );
  const sizes = [...new Set(SIZES.map((size) => Math.min(size, mostConnections)))];

  /** @type {import("./report.mjs").Size[]} */
  const measured = sizes.map((connections) => ({
    connections,
    rounds: new Map(CONTENDERS.map(({ name }) => [name, []])),
  }));
  for (const { connections, rounds } of measured) {
    for (let round = 1; round <= ROUNDS; round++) {
      // The contenders take turns, so that other work of the machine affects all of them.
      for (const contender of CONTENDERS) {
        const one = await measure(contender, nextPort(), { connections, ticks: TICKS });
        rounds.get(contender.name)?.push(one);
        console.log(
          `${connections} connections, round ${round}: ${contender.name}: ${one.cpuPerPacket.toFixed(1)} µs a packet, ${(one.rssPerConnection / 1024).toFixed(1)} KB and ${one.cpuPerAccept.toFixed(0)} µs a connection`,
        );
      }
    }
  }

  const text = report(measured, { rounds: ROUNDS, ticks: TICKS, limits: [...limits, ...lowered] });
  console.log(`\n${text}`);
  if (run.kept) keep(run.document, "stream", text);
}
