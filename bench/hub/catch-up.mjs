/** Clients that were disconnected receive the updates that they have missed. */
import { kilobytes, megabytes, micro, round } from "../report.mjs";
import { BATCH, BYTES, COSTS, delivered } from "./scenario.mjs";
import { LEAST_BYTES } from "./updates.mjs";

/** @typedef {import("./sizes.mjs").Sizes} Sizes */
/** @typedef {import("./scenario.mjs").Scenario} Scenario */

/** @type {Scenario["takes"]} */
const thoseWhoKeep = ({ resumes, onDisk = false }) => resumes && !onDisk;

/**
 * nchan searches for each update from the newest on. It needs minutes where the others need seconds.
 * @param {import("./contenders.mjs").Contender} contender
 */
const mostRounds = ({ dialect }) => (dialect === "nchan" ? 1 : Number.POSITIVE_INFINITY);

/** @param {Sizes} sizes @returns {Scenario} */
export const resume = ({ missed }) => ({
  title: `${round(missed)} missed updates`,
  connections: 10,
  mostRounds,
  takes: thoseWhoKeep,
  figures: {
    one: { label: "to one client, a second", format: megabytes },
    ten: { label: "to ten at once, a second", format: megabytes },
    perDelivery: { label: "CPU per delivery, to ten", format: micro },
    peakOne: { label: "memory that it took, one (resident)", format: megabytes },
    peakTen: { label: "memory that it took, ten (resident)", format: megabytes },
  },
  async run(trial, { dialect }) {
    await trial.miss({ updates: missed, bytes: BYTES, batch: 3000 });
    const once = async (/** @type {number} */ count) => {
      await trial.server.ask("memory");
      const { rss } = await trial.server.ask("forget peak");
      const received = await trial.resume(count);
      const { peak } = await trial.server.ask("cpu");
      return { ...received, rate: received.bytes / received.seconds, took: peak - rss };
    };
    if (dialect !== "nchan") await once(1);
    const one = await once(1);
    const ten = await once(10);
    const peaks = { peakOne: one.took, peakTen: ten.took };
    return { ...delivered(ten), one: one.rate, ten: ten.rate, ...peaks };
  },
});

/** @param {Sizes} sizes @returns {Scenario} */
export const storm = ({ storm }) => ({
  title: `${round(storm.clients)} clients back at once, ${round(storm.missed)} missed updates each`,
  connections: storm.clients,
  mostRounds,
  takes: thoseWhoKeep,
  figures: {
    seconds: { label: "until all have all", format: (value) => `${round(value)} s` },
    ...COSTS,
    peak: { label: "memory that it took for each (resident)", format: kilobytes },
  },
  async run(trial) {
    await trial.miss({ updates: storm.missed, bytes: LEAST_BYTES, batch: BATCH });
    await trial.resume(Math.ceil(storm.clients / 50));
    await trial.server.ask("memory");
    const { rss } = await trial.server.ask("forget peak");
    const received = await trial.resume(storm.clients);
    const { peak } = await trial.server.ask("cpu");
    const { seconds } = received;
    return { ...delivered(received), seconds, peak: (peak - rss) / storm.clients };
  },
});
