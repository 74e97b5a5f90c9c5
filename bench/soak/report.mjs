import { megabytes, milli, occasion, round, table } from "../report.mjs";

/**
 * @typedef {object} Soaked the results of one hub
 * @property {string} name
 * @property {import("./honest.mjs").Honest} honest
 * @property {{ start: number, peak: number, end: number }} rss bytes
 * @property {{ start: number, peak: number, end: number }} files
 * @property {number} disk the most bytes
 * @property {number} maxBytes of the history
 * @property {number} longestTurn milliseconds
 * @property {number} streamsLeft the number of streams after all clients had disconnected
 * @property {number} kills
 * @property {number} deploys
 * @property {number} deaths
 * @property {number} failedStarts
 * @property {number} badExits
 * @property {number} forgedLines
 * @property {{ ended: number, over: number }} overstays
 */

/** The history may use this many times its bound on the disk. */
const DISK_SLACK = 1.2;
/** A start after SIGKILL opens files again, so the report ignores a few more or fewer files. */
const FILES_SLACK = 20;

/**
 * @type {readonly [label: string, figure: (soaked: Soaked) => string, isRight?: (soaked: Soaked) => boolean][]} the third function says
 * whether the figure is as promised
 */
const FIGURES = [
  ["updates acknowledged", ({ honest }) => round(honest.acknowledged), () => true],
  ["received by the reader that got the fewest", ({ honest }) => round(honest.received)],
  ["lost, of all readers", ({ honest }) => round(honest.lost), ({ honest }) => honest.lost === 0],
  ["doubled", ({ honest }) => round(honest.doubled), ({ honest }) => honest.doubled === 0],
  ["notices of a gap", ({ honest }) => round(honest.gaps), ({ honest }) => honest.gaps === 0],
  ["streams that were silent for 20 s", ({ honest }) => round(honest.silences)],
  ["reconnects of the honest readers", ({ honest }) => round(honest.reconnects)],
  [
    "repeated requests, and those with another answer",
    ({ honest }) => `${round(honest.repeated)}, ${round(honest.unlike)}`,
    ({ honest }) => honest.unlike === 0,
  ],
  [
    "honest updates that were refused",
    ({ honest }) => honest.refused.join(" ") || "0",
    ({ honest }) => honest.refused.length === 0,
  ],
  [
    "an honest update is answered after (median, 99th percentile, worst)",
    ({ honest: { answered } }) =>
      [answered.p50, answered.p99, answered.max].map((ms) => milli(ms)).join(", "),
  ],
  ["the longest turn", ({ longestTurn }) => milli(longestTurn)],
  ["memory (resident): start, peak, end", ({ rss }) => threeOf(rss, megabytes)],
  [
    "open files: start, peak, end",
    ({ files }) => threeOf(files, round),
    ({ files }) => files.end <= files.start + FILES_SLACK,
  ],
  [
    "data.mdb at the most, of HISTORY_MAX_BYTES",
    ({ disk, maxBytes }) => `${megabytes(disk)} of ${megabytes(maxBytes)}`,
    ({ disk, maxBytes }) => disk <= DISK_SLACK * maxBytes,
  ],
  [
    "streams left when all had gone",
    ({ streamsLeft }) => round(streamsLeft),
    ({ streamsLeft }) => streamsLeft === 0,
  ],
  [
    "streams of stalled readers whose token had ended, and those still open 4 s later",
    ({ overstays }) => `${round(overstays.ended)}, ${round(overstays.over)}`,
    ({ overstays }) => overstays.over === 0,
  ],
  [
    "lines in the log that a stranger wrote",
    ({ forgedLines }) => round(forgedLines),
    ({ forgedLines }) => forgedLines === 0,
  ],
  ["SIGKILLs, deploys", ({ kills, deploys }) => `${round(kills)}, ${round(deploys)}`],
  [
    "processes that died by themselves",
    ({ deaths }) => round(deaths),
    ({ deaths }) => deaths === 0,
  ],
  [
    "starts that failed",
    ({ failedStarts }) => round(failedStarts),
    ({ failedStarts }) => failedStarts === 0,
  ],
  [
    "deploys that ended with another code than 0",
    ({ badExits }) => round(badExits),
    ({ badExits }) => badExits === 0,
  ],
];

/** @param {{ start: number, peak: number, end: number }} three @param {import("../report.mjs").Format} format */
const threeOf = ({ start, peak, end }, format) => [start, peak, end].map(format).join(", ");

/** Returns the labels of the figures that are not as promised. @param {Soaked} soaked */
export const faultsOf = (soaked) =>
  FIGURES.flatMap(([label, , isRight]) => (isRight && !isRight(soaked) ? [label] : []));

/** @param {readonly Soaked[]} all @param {{ minutes: number, limits: readonly string[] }} run */
export function report(all, { minutes, limits }) {
  const lines = FIGURES.map(([label, figure]) => [label, ...all.map(figure)]);
  const faults = all.map((soaked) => {
    const its = faultsOf(soaked);
    return `${soaked.name}: ${its.length === 0 ? "all as promised" : `not as promised: ${its.join("; ")}`}.`;
  });
  return [
    `${occasion()}; ${round(minutes)} minutes each.`,
    ...limits,
    table(["all at once", ...all.map(({ name }) => name)], lines),
    ...faults,
  ].join("\n\n");
}
