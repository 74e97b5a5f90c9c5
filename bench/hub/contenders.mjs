import { BASELINE, fromRoot, RUNNEL } from "../contenders.mjs";
import { isInstalled } from "../servers/nchan.mjs";

/**
 * @typedef {object} Contender
 * @property {import("../server.mjs").Program} program
 * @property {import("./dialects.mjs").DialectName} dialect
 * @property {boolean} resumes whether it keeps the updates that a client has missed
 * @property {boolean} [authorizes] whether it accepts tokens
 * @property {boolean} [onDisk] whether it only shows the cost of writing to a disk
 */

export const NCHAN = "nchan";
export const RUNNEL_NAME = RUNNEL.name;

const PATH = "/api/stream?match=ready";

/** More updates than any scenario publishes. */
const KEPT = { HISTORY_MAX_UPDATES: "1000000", HISTORY_MAX_BYTES: "4000000000" };

/** @type {import("../server.mjs").Program} */
const RUNNEL_HUB = { ...RUNNEL, path: PATH, env: { ...RUNNEL.env, ...KEPT } };

/** @param {string} name @param {string} file */
const server = (name, file) => ({
  name,
  path: PATH,
  args: [fromRoot(`bench/servers/${file}`)],
  env: {},
});

/** The contenders that can't run here, with the reason. @type {readonly string[]} */
export const MISSING = isInstalled
  ? []
  : ["nginx with the nchan module is not installed here: its column is missing."];

/** @type {readonly Contender[]} */
export const CONTENDERS = [
  { program: server(BASELINE, "plain-hub.mjs"), dialect: "mercure", resumes: true },
  { program: server("better-sse", "better-sse-hub.mjs"), dialect: "mercure", resumes: false },
  ...(isInstalled
    ? [
        {
          program: { ...server(NCHAN, "nchan.mjs"), path: "/subscribe?id=ready" },
          dialect: /** @type {const} */ ("nchan"),
          resumes: true,
        },
      ]
    : []),
  { program: RUNNEL_HUB, dialect: "mercure", resumes: true, authorizes: true },
  {
    program: { ...RUNNEL_HUB, name: "Runnel, on disk" },
    dialect: "mercure",
    resumes: true,
    onDisk: true,
  },
];
