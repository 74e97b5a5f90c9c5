import { BASELINE } from "../contenders.mjs";
import { LOAD_IS_THE_LIMIT, median, occasion, percent, table, times } from "../report.mjs";
import { NCHAN, RUNNEL_NAME } from "./contenders.mjs";

/** @typedef {import("./run.mjs").Outcome} Outcome */
/** @typedef {import("./run.mjs").Contestant} Contestant */

/** The contenders with which the last columns compare Runnel. */
const AGAINST = [BASELINE, NCHAN];
/** A server that is busier than this is the bottleneck. */
const SERVER_IS_THE_LIMIT = 0.85;
const NOTHING = "–";

/** @param {Contestant | undefined} contestant @param {string} key @param {boolean} worst */
function figureOf(contestant, key, worst) {
  const values = (contestant?.found ?? []).flatMap((found) => found[key] ?? []);
  if (values.length === 0) return undefined;
  return worst ? Math.max(...values) : median(values);
}

/** @param {Outcome} outcome */
function scenarioTable({ scenario, contestants }) {
  const against = AGAINST.filter((name) => contestants.some((other) => other.name === name));
  const runnel = contestants.find(({ name }) => name === RUNNEL_NAME);
  const lines = Object.entries(scenario.figures).map(([key, { label, format, worst = false }]) => {
    const cells = contestants.map((contestant) => {
      const figure = figureOf(contestant, key, worst);
      return figure === undefined ? NOTHING : format(figure);
    });
    const ratios = against.map((name) => {
      const other = contestants.find((contestant) => contestant.name === name);
      const [ours, theirs] = [runnel, other].map((one) => figureOf(one, key, worst));
      return ours === undefined || !theirs ? NOTHING : times(ours / theirs);
    });
    return [label, ...cells, ...ratios];
  });
  const head = [
    scenario.title,
    ...contestants.map(({ name }) => name),
    ...against.map((name) => `${RUNNEL_NAME} / ${name}`),
  ];
  return table(head, lines);
}

/** Reports the bottleneck of each contender, as far as the two cores show it. @param {Outcome} outcome */
function limitsOf({ contestants }) {
  const each = contestants.flatMap((contestant) => {
    const server = figureOf(contestant, "serverBusy", false);
    const load = figureOf(contestant, "loadBusy", false);
    if (server === undefined || load === undefined) return [];
    const busy = `${contestant.name} ${percent(server)} and ${percent(load)}`;
    if (load > LOAD_IS_THE_LIMIT && load > server) return `${busy} (the load is the limit)`;
    return server > SERVER_IS_THE_LIMIT ? `${busy} (its core is the limit)` : busy;
  });
  const failures = contestants.flatMap(({ name, found, failures: [reason, ...more] }) => {
    if (reason === undefined) return [];
    const rounds = found.length + more.length + 1;
    return `${name} failed in ${more.length + 1} of ${rounds} rounds: ${reason}.`;
  });
  return [
    each.length > 0 ? `Busy, server's and load's core: ${each.join("; ")}.` : "",
    ...failures,
  ].join(" ");
}

/**
 * @param {readonly Outcome[]} outcomes
 * @param {{ rounds: number, limits: readonly string[] }} run `limits`: the limits of this machine
 */
export function report(outcomes, { rounds, limits }) {
  return [
    `${occasion()}; ${rounds === 1 ? "one round" : `medians of ${rounds} rounds`}, in memory unless said otherwise. Every delivery was counted, and was the next of its topic.`,
    ...limits,
    ...outcomes.flatMap((outcome) => [scenarioTable(outcome), limitsOf(outcome)]),
  ].join("\n\n");
}
