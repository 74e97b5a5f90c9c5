import { makeFolder, remove } from "../processes.mjs";
import { keep } from "../report.mjs";
import { prepare } from "../server.mjs";
import { contenders } from "./contenders.mjs";
import { report } from "./report.mjs";
import { FULL, QUICK, scenarios } from "./scenarios.mjs";
import { Trial } from "./trial.mjs";

/** @typedef {import("./scenarios.mjs").Found} Found */

/**
 * Measures how long strangers can keep a hub from other work.
 * @param {import("../run.mjs").Run} run
 * @param {{ scenarios: readonly string[], servers: readonly string[], before?: string | undefined }} only `before`: the folder of an older commit
 */
export async function runBounds(run, only) {
  const all = scenarios(run.quick ? QUICK : FULL);
  const unknown = only.scenarios.find((name) => all[name] === undefined);
  if (unknown !== undefined) {
    throw new Error(`${unknown} is no scenario: ${Object.keys(all).join(", ")}`);
  }
  const programs = contenders(only.before).filter(
    ({ program: { name } }) => only.servers.length === 0 || only.servers.includes(name),
  );
  const old = programs.find(({ isOld }) => isOld);
  if (old) await prepare(old.program, run.nextPort());
  /** @type {import("./report.mjs").Outcome[]} */
  const outcomes = [];
  /** @type {string[]} */
  const omitted = [];
  for (const [name, scenario] of Object.entries(all)) {
    if (only.scenarios.length > 0 && !only.scenarios.includes(name)) continue;
    if (scenario.connections > run.mostConnections) {
      omitted.push(
        `Left out, for more than the ${run.mostConnections} connections that a process may have here: ${scenario.title}.`,
      );
      continue;
    }
    const contestants = programs.map(({ program, isOld, onDisk }) => ({
      program,
      name: program.name,
      isOld,
      onDisk,
      found: /** @type {Found[]} */ ([]),
      failures: /** @type {string[]} */ ([]),
    }));
    for (let round = 1; round <= run.rounds; round++) {
      // The contenders take turns, so that other work of the machine affects all of them.
      for (const { program, onDisk, found, failures } of contestants) {
        const folder = makeFolder();
        const env = { ...program.env, ...(onDisk ? { HISTORY_URL: `file:${folder}` } : {}) };
        /** @type {Found} */
        const figures = {};
        found.push(figures);
        const said = `${name}, round ${round}: ${program.name}:`;
        try {
          await Trial.of({ ...program, env }, run.nextPort(), (trial) =>
            scenario.run(trial, figures),
          );
        } catch (error) {
          // A frozen hub is a result, too. The figures from before the failure stay.
          failures.push(error instanceof Error ? error.message : String(error));
        }
        console.log(said, say(scenario, figures), failures.at(-1) ?? "");
        remove(folder);
      }
    }
    outcomes.push({ scenario, contestants });
  }
  const text = report(outcomes, { rounds: run.rounds, limits: [...run.limits, ...omitted] });
  console.log(`\n${text}`);
  if (run.kept) keep(run.document, "bounds", text);
}

/** @param {import("./scenarios.mjs").Scenario} scenario @param {Found} found */
const say = ({ figures }, found) =>
  Object.entries(figures)
    .flatMap(([key, { label, format }]) => {
      const value = found[key];
      return value === undefined ? [] : `${label} ${format(value)}`;
    })
    .join("; ");
