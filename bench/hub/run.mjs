import { join } from "node:path";
import { makeFolder, remove } from "../processes.mjs";
import { keep } from "../report.mjs";
import { CONTENDERS, MISSING } from "./contenders.mjs";
import { report } from "./report.mjs";
import { scenarios } from "./scenarios.mjs";
import { FULL, QUICK } from "./sizes.mjs";
import { Trial } from "./trial.mjs";

/** @typedef {import("../run.mjs").Run} Run */
/** @typedef {import("./scenario.mjs").Found} Found */
/** @typedef {{ name: string, found: Found[], failures: string[] }} Contestant what came of all rounds */
/** @typedef {{ scenario: import("./scenario.mjs").Scenario, contestants: readonly Contestant[] }} Outcome */

/**
 * Measures the hub in several scenarios.
 * @param {Run} run
 * @param {{ scenarios: readonly string[], servers: readonly string[], profile?: string | undefined }} only the names of the chosen ones; an
 * empty
 *   list means all. `profile`: the folder for a profile of each phase, which slows down the measured code
 */
export async function runHub(run, only) {
  const { quick, rounds, nextPort, mostConnections, limits } = run;
  const all = Object.entries(scenarios(quick ? QUICK : FULL));
  const unknown = only.scenarios.find((name) => all.every(([other]) => other !== name));
  if (unknown !== undefined) {
    throw new Error(`${unknown} is no scenario: ${all.map(([name]) => name).join(", ")}`);
  }
  const chosen = all.filter(([name]) => isChosen(name, only.scenarios));
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {string[]} */
  const omitted = [];
  for (const [name, scenario] of chosen) {
    if (scenario.connections > mostConnections) {
      omitted.push(
        `Left out, for more than the ${mostConnections} connections that a process may have here: ${scenario.title}.`,
      );
      continue;
    }
    const takers = CONTENDERS.filter(
      (one) => scenario.takes(one) && isChosen(one.program.name, only.servers),
    );
    if (takers.length === 0) continue;
    const contestants = takers.map(({ program }) => ({
      name: program.name,
      found: /** @type {Found[]} */ ([]),
      failures: /** @type {string[]} */ ([]),
    }));
    for (let round = 1; round <= rounds; round++) {
      // The contenders take turns, so that other work of the machine affects all of them.
      for (const [i, contender] of takers.entries()) {
        if (scenario.mostRounds && round > scenario.mostRounds(contender)) continue;
        const folder = contender.onDisk ? makeFolder() : undefined;
        const profile = only.profile && join(only.profile, `${name}-${contender.program.name}`);
        const env = {
          ...scenario.env,
          ...(folder ? { HISTORY_URL: `file:${folder}` } : {}),
          ...(profile ? { BENCH_PROFILE: profile } : {}),
        };
        const said = `${name}, round ${round}: ${contender.program.name}:`;
        try {
          const found = await Trial.of(contender, nextPort(), env, (trial) =>
            scenario.run(trial, contender),
          );
          contestants[i]?.found.push(found);
          console.log(said, say(scenario, found));
        } catch (error) {
          // A failure is a result, too.
          const reason = error instanceof Error ? error.message : String(error);
          contestants[i]?.failures.push(reason);
          console.log(said, reason);
        }
        if (folder) remove(folder);
      }
    }
    outcomes.push({ scenario, contestants });
  }

  const text = report(outcomes, { rounds, limits: [...limits, ...MISSING, ...omitted] });
  console.log(`\n${text}`);
  if (run.kept) keep(run.document, "hub", text);
}

/** @param {string} name @param {readonly string[]} names */
const isChosen = (name, names) => names.length === 0 || names.includes(name);

/** @param {import("./scenario.mjs").Scenario} scenario @param {Found} found */
const say = ({ figures }, found) =>
  Object.entries(figures)
    .flatMap(([key, { label, format }]) => {
      const value = found[key];
      return value === undefined ? [] : `${label} ${format(value)}`;
    })
    .join("; ");
