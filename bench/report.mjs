import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** Functions that all tables share, and the document that contains the tables. */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @typedef {(value: number) => string} Format */

/** @type {Format} */
export const round = (value) =>
  value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
/** Formats bytes. @type {Format} */
export const kilobytes = (bytes) => `${round(bytes / 1024)} KB`;
/** Formats bytes. @type {Format} */
export const megabytes = (bytes) => `${round(bytes / 1024 / 1024)} MB`;
/** Formats microseconds. A small value gets more digits. @type {Format} */
export const micro = (microseconds) =>
  `${microseconds < 10 ? microseconds.toFixed(2) : round(microseconds)} µs`;
/** Formats milliseconds. @type {Format} */
export const milli = (ms) => `${round(ms)} ms`;
/** Formats a share of 1. @type {Format} */
export const percent = (share) => `${Math.round(100 * share)} %`;
/** @type {Format} */
export const times = (ratio) => `${ratio.toFixed(ratio < 0.095 ? 2 : 1)}×`;

/** If the load is busier than this, it was the bottleneck. */
export const LOAD_IS_THE_LIMIT = 0.85;

/**
 * Returns a table in Markdown. Figures are aligned to the right.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} lines
 */
export function table(head, lines) {
  return [head, head.map((_, i) => (i ? "---:" : "---")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** Returns when and on which machine this ran. */
export function occasion() {
  const [cpu] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? "CPU"}`;
}

/**
 * Writes a part's report between its markers in the document.
 * @param {URL} file
 * @param {string} part
 * @param {string} text
 */
export function keep(file, part, text) {
  const [START, END] = [`<!-- bench:${part}:start -->`, `<!-- bench:${part}:end -->`];
  const document = readFileSync(file, "utf8");
  const start = document.indexOf(START);
  const end = document.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${file.pathname} has no ${START} … ${END}`);
  const before = document.slice(0, start + START.length);
  writeFileSync(file, `${before}\n\n${text}\n\n${document.slice(end)}`);
}
