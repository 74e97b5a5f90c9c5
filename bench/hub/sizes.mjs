/**
 * @typedef {object} Sizes
 * @property {number} subscribers of one topic
 * @property {number} updates to all of them
 * @property {number} paced updates, ten a second
 * @property {number} clients that each have topics of their own
 * @property {number} missed updates, of few clients
 * @property {{ clients: number, missed: number }} storm
 * @property {number} few updates that are published one at a time
 * @property {number} many updates that are published in batches
 */

/** @type {Sizes} */
export const FULL = {
  subscribers: 1000,
  updates: 2000,
  paced: 100,
  clients: 10_000,
  missed: 100_000,
  storm: { clients: 5000, missed: 10_000 },
  few: 2000,
  many: 90_000,
};

/** @type {Sizes} */
export const QUICK = {
  subscribers: 200,
  updates: 1000,
  paced: 20,
  clients: 1000,
  missed: 10_000,
  storm: { clients: 200, missed: 2000 },
  few: 300,
  many: 9000,
};
