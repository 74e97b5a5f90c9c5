/** Limits that the hub checks, and that the pages show in advance. Lengths are in UTF-16 code units. */

/** The longest topic or matcher: a topic is an identifier, not a document. */
export const MAX_TOPIC_LENGTH = 2_048;
/** The most matchers of one subscription. */
export const MAX_MATCHERS = 100;
/** The most topics of one authorization detail of a token. */
export const MAX_TOPICS_OF_DETAIL = 100;
/** The longest payload of a grant, as JSON: it is sent with each subscription event. */
export const MAX_PAYLOAD_LENGTH = 4_096;
/** The most subscriptions in one answer of the subscription API. A reader gets fewer by asking for one matcher. */
export const MAX_SUBSCRIPTIONS = 10_000;
