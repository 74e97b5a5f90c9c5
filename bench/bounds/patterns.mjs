/** The matchers and topics of the loads: those that strangers use to make a hub work, and those of ordinary users. */

/** The highest number of patterns or exact topics in a request. */
export const MATCHERS = 100;
/** The highest number of topics of an update. */
const TOPICS = 100;
const TOPIC_LENGTH = 1500;
const HOSTILE = "https://e.com/x/";

/** @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, i) => i);

/**
 * The queries of an audience's streams, by its name; `i` is the stream's number.
 * @type {Readonly<Record<string, (i: number) => string>>}
 */
export const AUDIENCES = {
  /** Patterns that the hub must match against each topic of `hostileTopics`, up to its end. */
  hostile: (i) => patterns(upTo(MATCHERS).map((k) => `${HOSTILE}*a${i}x${k}:b`)),
  /** Patterns that the hub must also match against the topics of subscription events. */
  roots: (i) => patterns(upTo(MATCHERS).map((k) => `/*a${i * MATCHERS + k}:b`)),
  /** The patterns of an app's own user. */
  users: (i) =>
    patterns([`https://example.com/users/${i}/*`, `https://example.com/users/${i}/orders/:id`]),
  exact: (i) =>
    query(
      "match",
      upTo(MATCHERS).map((k) => `https://example.com/exact/${i}/${k}`),
    ),
};

/** @param {readonly string[]} all */
const patterns = (all) => query("match_urlpattern", all);

/** @param {string} name @param {readonly string[]} values */
const query = (name, values) =>
  new URLSearchParams(values.map((value) => [name, value])).toString();

/** Returns the topics of one update: as many as allowed, nearly as long as allowed, and new in each round. @param {number} round */
export const hostileTopics = (round) =>
  upTo(TOPICS).map((i) => {
    const start = `${HOSTILE}${round}/${i}/`;
    return start + `a${i}x`.repeat(TOPIC_LENGTH).slice(0, TOPIC_LENGTH - start.length);
  });

/** Returns a batch of updates, each with a topic that was never used before. @param {number} round @param {number} updates */
export const newTopics = (round, updates) =>
  upTo(updates).map((i) => `${HOSTILE}new/${round}/${i}/${"y".repeat(20)}`);
