import { median, occasion, table, times } from "../report.mjs";

/** @typedef {{ name: string, isOld: boolean, onDisk: boolean, found: import("./scenarios.mjs").Found[], failures: string[] }} Contestant what came of all rounds */
/** @typedef {{ scenario: import("./scenarios.mjs").Scenario, contestants: readonly Contestant[] }} Outcome */

const NOTHING = "–";

/** @param {Contestant | undefined} contestant @param {string} key */
function figureOf(contestant, key) {
  const values = (contestant?.found ?? []).flatMap((found) => found[key] ?? []);
  return values.length === 0 ? undefined : median(values);
}

/** @param {Outcome} outcome */
function scenarioTable({ scenario, contestants }) {
  const pairs = contestants.flatMap((now) => {
    const old = contestants.find(({ isOld, onDisk }) => isOld && onDisk === now.onDisk);
    return now.isOld || old === undefined ? [] : [{ now, old }];
  });
  const lines = Object.entries(scenario.figures).map(([key, { label, format }]) => [
    label,
    ...contestants.map((contestant) => {
      const figure = figureOf(contestant, key);
      return figure === undefined ? NOTHING : format(figure);
    }),
    ...pairs.map(({ now, old }) => {
      const [ours, theirs] = [figureOf(now, key), figureOf(old, key)];
      return ours === undefined || !theirs ? NOTHING : times(ours / theirs);
    }),
  ]);
  const ratios = pairs.map(({ now, old }) => `${now.name} / ${old.name}`);
  return table([scenario.title, ...contestants.map(({ name }) => name), ...ratios], lines);
}

/** @param {Outcome} outcome */
const failuresOf = ({ contestants }) =>
  contestants
    .flatMap(({ name, found, failures: [reason, ...more] }) =>
      reason === undefined
        ? []
        : [`${name} failed in ${more.length + 1} of ${found.length} rounds: ${reason}.`],
    )
    .join(" ");

/**
 * @param {readonly Outcome[]} outcomes
 * @param {{ rounds: number, limits: readonly string[] }} run `limits`: the limits of this machine
 */
export const report = (outcomes, { rounds, limits }) =>
  [
    `${occasion()}; ${rounds === 1 ? "one round" : `medians of ${rounds} rounds`}, in memory unless said otherwise.`,
    ...limits,
    ...outcomes.flatMap((outcome) => [scenarioTable(outcome), failuresOf(outcome)]),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
