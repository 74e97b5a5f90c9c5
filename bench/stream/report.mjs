import { BASELINE } from "../contenders.mjs";
import {
  kilobytes,
  LOAD_IS_THE_LIMIT,
  median,
  micro,
  milli,
  occasion,
  percent,
  round,
  table,
  times,
} from "../report.mjs";

/** @typedef {import("./measure.mjs").Measured} Measured */
/** @typedef {{ connections: number, rounds: Map<string, Measured[]> }} Size every contender's rounds at one number of connections */

/** @param {(one: Measured) => number} of */
const medianOf = (of) => (/** @type {readonly Measured[]} */ rounds) => median(rounds.map(of));

/**
 * The rows of the table: how to compute one number from a contender's rounds, and how to format it.
 * @type {readonly { label: string, value: (rounds: readonly Measured[]) => number, format: (value: number) => string }[]}
 */
const FIGURES = [
  { label: "CPU per packet", value: medianOf((one) => one.cpuPerPacket), format: micro },
  {
    label: "last client's packet, late by (median)",
    value: (rounds) => median(rounds.flatMap((one) => one.lateness)),
    format: milli,
  },
  {
    label: "last client's packet, late by (worst)",
    value: (rounds) => Math.max(...rounds.flatMap((one) => one.lateness)),
    format: milli,
  },
  {
    label: "memory per idle connection (resident)",
    value: medianOf((one) => one.rssPerConnection),
    format: kilobytes,
  },
  {
    label: "memory per idle connection (live objects)",
    value: medianOf((one) => one.heapPerConnection),
    format: kilobytes,
  },
  {
    label: "connections accepted a second",
    value: medianOf((one) => one.acceptedPerSecond),
    format: round,
  },
  {
    label: "CPU per accepted connection",
    value: medianOf((one) => one.cpuPerAccept),
    format: micro,
  },
];

/** @param {Size} size */
function sizeTable({ connections, rounds }) {
  const names = [...rounds.keys()];
  const lines = FIGURES.map(({ label, value, format }) => {
    const baseline = value(rounds.get(BASELINE) ?? []);
    const cells = names.map((name) => {
      const figure = value(rounds.get(name) ?? []);
      return name === BASELINE ? format(figure) : `${format(figure)} (${times(figure / baseline)})`;
    });
    return [label, ...cells];
  });
  const head = [`${connections.toLocaleString("en-US")} connections`, ...names];
  return table(head, lines);
}

/** Reports how much the rounds differ, and whether the load was fast enough for reliable figures. @param {Size} size */
function notes({ connections, rounds }) {
  const all = [...rounds];
  const spread = all.map(([name, ones]) => {
    const costs = ones.map((one) => one.cpuPerPacket);
    return `${name} ${micro(Math.min(...costs))} to ${micro(Math.max(...costs))}`;
  });
  const busy = (/** @type {readonly Measured[]} */ ones) =>
    Math.max(...ones.map((one) => one.loadBusy));
  const cost = medianOf((one) => one.loadCpuPerPacket);
  const slow = all.filter(([, ones]) => cost(ones) > medianOf((one) => one.cpuPerPacket)(ones));
  const opening = medianOf((one) => one.loadBusyOpening);
  const bound = all.filter(([, ones]) => opening(ones) > LOAD_IS_THE_LIMIT);
  const missed = all
    .map(([name, ones]) => ({ name, count: ones.reduce((sum, one) => sum + one.missed, 0) }))
    .filter(({ count }) => count > 0);
  return [
    `At ${connections.toLocaleString("en-US")}: CPU per packet, lowest to highest round: ${spread.join("; ")}.`,
    `The load's share of its core while it counted: at most ${percent(Math.max(...all.map(([, ones]) => busy(ones))))} (${micro(median(all.map(([, ones]) => cost(ones))))} a packet); while it opened connections: ${all.map(([name, ones]) => `${name} ${percent(opening(ones))}`).join(", ")}.`,
    ...bound.map(
      ([name]) =>
        `The load was the limit to what ${name} accepted a second: its CPU per connection says more.`,
    ),
    ...slow.map(
      ([name]) =>
        `The load cost more per packet than ${name}: that one's lateness is the load's as well.`,
    ),
    ...missed.map(({ name, count }) => `${name} left out ${count} packets.`),
  ].join(" ");
}

/** @param {readonly Size[]} sizes */
function aims(sizes) {
  const largest = sizes.at(-1);
  const runnel = largest?.rounds.get("Runnel") ?? [];
  const cpu = medianOf((one) => one.cpuPerPacket);
  const memory = medianOf((one) => one.rssPerConnection)(runnel) / 1024;
  const ratio = cpu(runnel) / cpu(largest?.rounds.get(BASELINE) ?? []);
  const verdict = (/** @type {boolean} */ met) => (met ? "met" : "missed");
  return [
    "Runnel's aims, at the most connections:",
    `memory under 40 KB a connection: ${round(memory)} KB, ${verdict(memory < 40)};`,
    `CPU per packet within 3 times the plain server's: ${ratio.toFixed(1)} times, ${verdict(ratio <= 3)}.`,
  ].join(" ");
}

/**
 * @param {readonly Size[]} sizes
 * @param {{ rounds: number, ticks: number, limits: readonly string[] }} run `limits`: the limits of this machine
 */
export function report(sizes, { rounds, ticks, limits }) {
  return [
    `${occasion()}; medians of ${rounds} rounds, ${ticks} packets to each connection in each round.`,
    ...limits,
    ...sizes.flatMap((size) => [sizeTable(size), notes(size)]),
    aims(sizes),
  ].join("\n\n");
}
