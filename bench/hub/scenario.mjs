import { micro, round } from "../report.mjs";

/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {import("./trial.mjs").Trial} Trial */
/**
 * The results of a trial, by their names in the scenario, and how busy both sides were in its main phase.
 * @typedef {Readonly<Record<string, number>> & { serverBusy: number, loadBusy: number }} Found
 */
/**
 * @typedef {{ label: string, format: import("../report.mjs").Format, worst?: boolean }} Figure `worst`: whether to use the worst of all
 * rounds, not the median
 */
/**
 * @typedef {object} Scenario
 * @property {string} title
 * @property {number} connections the number of connections of the server at once
 * @property {(contender: Contender) => boolean} takes whether the contender takes part
 * @property {(contender: Contender) => number} [mostRounds] fewer rounds, for contenders that need minutes
 * @property {Readonly<Record<string, string>>} [env]
 * @property {(trial: Trial, contender: Contender) => Promise<Found>} run
 * @property {Readonly<Record<string, Figure>>} figures
 */

/** The size of each update's data, unless a scenario has another one. */
export const BYTES = 100;
export const BATCH = 500;

export const perSecond = round;
export const COSTS = {
  perDelivery: { label: "CPU per delivery", format: micro },
  deliveries: { label: "deliveries a second", format: perSecond },
};

/** @type {Scenario["takes"]} */
export const everybody = ({ onDisk = false }) => !onDisk;

/** @param {import("./load.mjs").Received & import("./trial.mjs").Cost} received */
export const delivered = ({ deliveries, seconds, cpuMicroseconds, serverBusy, loadBusy }) => ({
  deliveries: deliveries / seconds,
  perDelivery: cpuMicroseconds / deliveries,
  serverBusy,
  loadBusy,
});
