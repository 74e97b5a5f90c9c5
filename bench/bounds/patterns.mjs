/** The matchers and topics of the loads: how strangers make a hub work, and how ordinary users do. */

/** Patterns or exact topics of a request, at the most. */
export const MATCHERS = 100;
/** Topics of an update, at the most. */
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
  /** Patterns that each topic of `hostileTopics` has to be tried on, up to its end. */
  hostile: (i) => patterns(upTo(MATCHERS).map((k) => `${HOSTILE}*a${i}x${k}:b`)),
  /** Patterns that also the topics of subscription events have to be tried on. */
  roots: (i) => patterns(upTo(MATCHERS).map((k) => `/*a${i * MATCHERS + k}:b`)),
  /** What an app's own user has. */
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

/** The topics of one update, as many and nearly as long as they may be; new ones in each round. @param {number} round */
export const hostileTopics = (round) =>
  upTo(TOPICS).map((i) => {
    const start = `${HOSTILE}${round}/${i}/`;
    return start + `a${i}x`.repeat(TOPIC_LENGTH).slice(0, TOPIC_LENGTH - start.length);
  });

/** A batch of updates, each with a topic of its own that was never used before. @param {number} round @param {number} updates */
export const newTopics = (round, updates) =>
  upTo(updates).map((i) => `${HOSTILE}new/${round}/${i}/${"y".repeat(20)}`);
