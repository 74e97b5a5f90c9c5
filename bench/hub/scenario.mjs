import { micro, round } from "../report.mjs";

/** @typedef {import("./contenders.mjs").Contender} Contender */
/** @typedef {import("./trial.mjs").Trial} Trial */
/** What a trial has found, by its names in the scenario; and how busy both sides were in its main phase. @typedef {Readonly<Record<string, number>> & { serverBusy: number, loadBusy: number }} Found */
/** @typedef {{ label: string, format: import("../report.mjs").Format, worst?: boolean }} Figure `worst`: of all rounds, not the median */
/**
 * @typedef {object} Scenario
 * @property {string} title
 * @property {number} connections that the server has at once
 * @property {(contender: Contender) => boolean} takes
 * @property {(contender: Contender) => number} [mostRounds] fewer, for those whom it takes minutes
 * @property {Readonly<Record<string, string>>} [env]
 * @property {(trial: Trial, contender: Contender) => Promise<Found>} run
 * @property {Readonly<Record<string, Figure>>} figures
 */

/** Data in each update, where nothing else is said. */
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
