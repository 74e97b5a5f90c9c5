/** Measures the cost of publishing, and whether it grows with the number of other clients. */
import { micro, milli, round } from "../report.mjs";
import { BYTES, everybody, perSecond } from "./scenario.mjs";

/** @typedef {import("./sizes.mjs").Sizes} Sizes */
/** @typedef {import("./scenario.mjs").Scenario} Scenario */

/** @param {Sizes} sizes @returns {Scenario} */
export const rates = ({ few, many }) => ({
  title: "updates published a second, to one subscriber",
  connections: 1,
  takes: () => true,
  figures: {
    single: { label: "one after another", format: perSecond },
    ten: { label: "10 at once", format: perSecond },
    hundred: { label: "100 at once", format: perSecond },
    pipelined: { label: "64 at once on one connection", format: perSecond },
    batched: { label: "in batches of 100", format: perSecond },
    large: { label: "in batches of 3,000", format: perSecond },
    perBatched: { label: "CPU per update, in batches of 100", format: micro },
    perUpdate: { label: "CPU per update, 10 at once", format: micro },
  },
  async run(trial, { dialect }) {
    await trial.open({ count: 1, ordered: false });
    const rate = async (/** @type {Omit<import("./load.mjs").Publications, "bytes">} */ how) => {
      await trial.publish({ ...how, updates: Math.ceil(how.updates / 5), bytes: BYTES });
      const published = await trial.publish({ ...how, bytes: BYTES });
      return { ...published, rate: how.updates / published.answeredSeconds };
    };
    const single = await rate({ updates: few });
    const ten = await rate({ updates: 5 * few, connections: 10 });
    const hundred = await rate({ updates: 5 * few, connections: 100 });
    const pipelined = await rate({ updates: 5 * few, pipelined: 64 });
    /** @type {Record<string, number>} */
    const batches = {};
    if (dialect !== "nchan") {
      const batched = await rate({ updates: many, batch: 100 });
      batches.batched = batched.rate;
      batches.perBatched = batched.cpuMicroseconds / many;
      batches.large = (await rate({ updates: many, batch: 3000 })).rate;
    }
    return {
      single: single.rate,
      ten: ten.rate,
      hundred: hundred.rate,
      pipelined: pipelined.rate,
      ...batches,
      perUpdate: ten.cpuMicroseconds / (5 * few),
      serverBusy: ten.serverBusy,
      loadBusy: ten.loadBusy,
    };
  },
});

/** @param {Sizes} sizes @returns {Scenario} */
export const beside = ({ clients, few }) => ({
  title: `one update at a time to one subscriber, alone and beside ${round(clients)} connections to ${round(10 * clients)} other topics`,
  connections: clients + 1,
  takes: everybody,
  figures: {
    alone: { label: "from publishing to receipt, alone (median)", format: milli },
    beside: { label: "beside them (median)", format: milli },
    besideP99: { label: "beside them (99th percentile)", format: milli },
    cpuAlone: { label: "CPU per update, alone", format: micro },
    cpuBeside: { label: "CPU per update, beside them", format: micro },
  },
  async run(trial) {
    await trial.open({ count: 1 });
    const one = { updates: few, bytes: BYTES, pace: 0 };
    await trial.publish(one);
    const alone = await trial.publish(one);
    await trial.open({ count: clients, first: 1, step: 10, each: 10 });
    // Collects the garbage of opening the streams, because it is not a cost of the updates.
    await trial.server.ask("memory");
    await trial.publish({ ...one, updates: 200 });
    const beside = await trial.publish(one);
    return {
      alone: alone.latency.p50,
      beside: beside.latency.p50,
      besideP99: beside.latency.p99,
      cpuAlone: alone.cpuMicroseconds / one.updates,
      cpuBeside: beside.cpuMicroseconds / one.updates,
      serverBusy: beside.serverBusy,
      loadBusy: beside.loadBusy,
    };
  },
});
