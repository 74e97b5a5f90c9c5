import { milli, round } from "../report.mjs";

/** @typedef {import("./trial.mjs").Trial} Trial */
/** @typedef {{ label: string, format: import("../report.mjs").Format }} Figure */
/** The results of a trial, by the figures' names. An act without an answer has no figures. @typedef {Record<string, number>} Found */
/**
 * @typedef {object} Scenario
 * @property {string} title
 * @property {number} connections that the server has at once
 * @property {boolean} [onDiskOnly]
 * @property {Readonly<Record<string, Figure>>} figures
 * @property {(trial: Trial, found: Found) => Promise<void>} run adds its results to `found`
 */
/**
 * @typedef {object} Sizes
 * @property {number} batch updates in a batch
 * @property {number} users with two patterns each
 * @property {number} receipts
 */

/** @type {Sizes} */
export const FULL = { batch: 10_000, users: 10_000, receipts: 100_000 };
/** @type {Sizes} */
export const QUICK = { batch: 500, users: 500, receipts: 2000 };

const HOSTILE = 99;
const ROOTS = 50;
const KEYED = 500;
const FILLING = 64;

/** @param {string} key @param {string} act @returns {Record<string, Figure>} */
const besideFiguresOf = (key, act) => ({
  [`${key}Turn`]: { label: `${act}: the longest turn`, format: milli },
  [`${key}P50`]: { label: `${act}: an honest update is delivered after (median)`, format: milli },
  [`${key}P99`]: { label: `${act}: the same (99th percentile)`, format: milli },
  [`${key}Health`]: { label: `${act}: /api/health answers after (worst)`, format: milli },
});

/** The figures with the streams alone, for comparison. */
const IDLE = besideFiguresOf("idle", "nothing else");

/** @param {string} key @param {string} act @returns {Record<string, Figure>} */
const figuresOf = (key, act) => ({
  ...besideFiguresOf(key, act),
  [`${key}Answered`]: { label: `${act}: answered after`, format: milli },
});

/** @param {string} audience */
const opened = (audience) => ({ label: `${audience} whose stream was accepted`, format: round });

/** @param {Found} found @param {string} key @param {import("./trial.mjs").Observed} observed */
function note(found, key, { longestTurn, answered, delivery, health }) {
  found[`${key}Turn`] = longestTurn;
  found[`${key}Answered`] = answered;
  found[`${key}P50`] = delivery.p50;
  found[`${key}P99`] = delivery.p99;
  found[`${key}Health`] = health.max;
}

/**
 * Publishes one update with many long topics and one batch of new topics, beside an audience.
 * @param {{ title: string, audience: string, count: number, name: string, batch: number }} options
 * @returns {Scenario}
 */
const publishing = ({ title, audience, count, name, batch }) => ({
  title,
  connections: count,
  figures: {
    opened: opened(name),
    ...IDLE,
    ...figuresOf("publish", "one update with 100 topics of 1,500 characters"),
    ...figuresOf("batch", `a batch of ${round(batch)} new topics`),
  },
  async run(trial, found) {
    found.opened = (await trial.open(audience, count)).opened;
    // Collects the garbage of opening the streams, because it is not a cost of the act.
    await trial.server.ask("memory");
    note(found, "idle", await trial.observe("nothing"));
    note(found, "publish", await trial.observe("publish"));
    note(found, "batch", await trial.observe("batch", batch));
  },
});

/** All scenarios, by the name that selects one. @param {Sizes} sizes @returns {Readonly<Record<string, Scenario>>} */
export const scenarios = ({ batch, users, receipts }) => ({
  hostile: publishing({
    title: `${HOSTILE} strangers with 100 hostile patterns each`,
    audience: "hostile",
    count: HOSTILE,
    name: "strangers",
    batch,
  }),
  users: publishing({
    title: `${round(users)} users with two patterns of their own each`,
    audience: "users",
    count: users,
    name: "users",
    batch,
  }),
  roots: {
    title: `${ROOTS} strangers with 100 patterns that match the subscriptions' topics, too`,
    connections: ROOTS,
    figures: {
      opened: opened("strangers"),
      ...IDLE,
      ...figuresOf("connect", "a connect with 100 exact matchers"),
    },
    async run(trial, found) {
      found.opened = (await trial.open("roots", ROOTS)).opened;
      note(found, "idle", await trial.observe("nothing"));
      note(found, "connect", await trial.observe("connect"));
    },
  },
  receipts: {
    title: `one publish at a time with an Idempotency-Key, beside ${round(receipts)} receipts`,
    connections: FILLING,
    figures: {
      noneP50: { label: "without any (median)", format: milli },
      noneP99: { label: "without any (99th percentile)", format: milli },
      manyP50: { label: "beside them (median)", format: milli },
      manyP99: { label: "beside them (99th percentile)", format: milli },
    },
    async run(trial, found) {
      await trial.publishKeyed(KEYED, 1);
      const none = await trial.publishKeyed(KEYED, 1);
      await trial.publishKeyed(receipts, FILLING);
      const many = await trial.publishKeyed(KEYED, 1);
      Object.assign(found, { noneP50: none.p50, noneP99: none.p99 });
      Object.assign(found, { manyP50: many.p50, manyP99: many.p99 });
    },
  },
});
