/** One update goes to many subscribers. */
import { milli, round } from "../report.mjs";
import { BATCH, BYTES, COSTS, delivered, everybody } from "./scenario.mjs";
import { mint, TOKEN_ENV } from "./tokens.mjs";
import { topicOf } from "./updates.mjs";

/** @typedef {import("./sizes.mjs").Sizes} Sizes */
/** @typedef {import("./scenario.mjs").Scenario} Scenario */

const warmUp = { updates: BATCH, bytes: BYTES, batch: BATCH };

/** @param {Sizes} sizes @returns {Scenario} */
export const flood = ({ subscribers, updates }) => ({
  title: `${round(updates)} updates to ${round(subscribers)} subscribers of one topic`,
  connections: subscribers,
  takes: everybody,
  figures: COSTS,
  async run(trial) {
    await trial.open({ count: subscribers });
    await trial.publish(warmUp);
    return delivered(await trial.publish({ updates, bytes: BYTES, batch: BATCH }));
  },
});

/** @param {Sizes} sizes @returns {Scenario} */
export const tokens = ({ subscribers, updates }) => ({
  title: `the same, private, to as many different tokens`,
  connections: subscribers,
  takes: ({ authorizes = false }) => authorizes,
  env: TOKEN_ENV,
  figures: COSTS,
  async run(trial) {
    const token = await mint("publish", topicOf(0));
    const mints = Array.from({ length: subscribers }, () => mint("subscribe", topicOf(0)));
    await trial.open({ count: subscribers, tokens: await Promise.all(mints) });
    const secret = { private: true, token };
    await trial.publish({ ...warmUp, ...secret });
    return delivered(await trial.publish({ updates, bytes: BYTES, batch: BATCH, ...secret }));
  },
});

/** @param {Sizes} sizes @returns {Scenario} */
export const topics = ({ clients }) => ({
  title: `${round(20 * clients)} updates over ${round(clients)} topics of one subscriber each`,
  connections: clients,
  takes: everybody,
  figures: COSTS,
  async run(trial) {
    await trial.open({ count: clients, step: 1 });
    const spread = { topics: clients, bytes: BYTES, batch: BATCH };
    await trial.publish({ updates: 2 * clients, ...spread });
    return delivered(await trial.publish({ updates: 20 * clients, ...spread }));
  },
});

/** @param {Sizes} sizes @returns {Scenario} */
export const latency = ({ subscribers, paced }) => ({
  title: `10 updates a second to ${round(subscribers)} subscribers, from publishing to receipt`,
  connections: subscribers,
  takes: everybody,
  figures: {
    p50: { label: "median", format: milli },
    p99: { label: "99th percentile", format: milli },
    max: { label: "worst", format: milli, worst: true },
    perDelivery: COSTS.perDelivery,
  },
  async run(trial) {
    await trial.open({ count: subscribers });
    await trial.publish({ updates: Math.ceil(paced / 5), bytes: BYTES, pace: 10 });
    const published = await trial.publish({ updates: paced, bytes: BYTES, pace: 10 });
    return { ...delivered(published), ...published.latency };
  },
});
