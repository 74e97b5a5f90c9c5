import { resume, storm } from "./catch-up.mjs";
import { flood, latency, tokens, topics } from "./fan-out.mjs";
import { beside, rates } from "./publishing.mjs";

/**
 * All scenarios, by the name that selects one.
 * @param {import("./sizes.mjs").Sizes} sizes
 * @returns {Readonly<Record<string, import("./scenario.mjs").Scenario>>}
 */
export const scenarios = (sizes) => ({
  flood: flood(sizes),
  tokens: tokens(sizes),
  topics: topics(sizes),
  latency: latency(sizes),
  resume: resume(sizes),
  storm: storm(sizes),
  rates: rates(sizes),
  beside: beside(sizes),
});
