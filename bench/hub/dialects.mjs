/**
 * The requests of each hub's protocol: Mercure (draft 08; the servers of this folder know the part that is used here), and nchan's own.
 *
 * @typedef {{ topic: string, data: string, private?: boolean }} Update
 * @typedef {{ path: string, type: string, body: string }} Publication a POST request
 * @typedef {object} Dialect
 * @property {(topics: readonly string[]) => string} subscribe returns the path of the topics' stream
 * @property {(update: Update) => Publication} publish
 * @property {((updates: readonly Update[]) => Publication) | undefined} batch several in one request, if the protocol has batches
 */

const PATH = "/api/stream";

/** @type {Dialect} */
const mercure = {
  subscribe: (topics) => `${PATH}?${new URLSearchParams(topics.map((topic) => ["match", topic]))}`,
  publish: ({ private: isPrivate, ...update }) => ({
    path: PATH,
    type: "application/x-www-form-urlencoded",
    body: new URLSearchParams({ ...update, ...(isPrivate ? { private: "on" } : {}) }).toString(),
  }),
  batch: (updates) => ({
    path: PATH,
    type: "application/x-ndjson",
    body: updates.map((update) => `${JSON.stringify(update)}\n`).join(""),
  }),
};

/** nchan uses an id exactly as it is in the query. Several ids have a comma between them. @type {Dialect} */
const nchan = {
  subscribe: (topics) => `/subscribe?id=${topics.map(encodeURIComponent).join()}`,
  publish: ({ topic, data }) => ({
    path: `/publish?id=${encodeURIComponent(topic)}`,
    type: "text/plain",
    body: data,
  }),
  batch: undefined,
};

/** @typedef {"mercure" | "nchan"} DialectName */

/** @type {Readonly<Record<DialectName, Dialect>>} */
export const DIALECTS = { mercure, nchan };
