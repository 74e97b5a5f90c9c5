/** Bounds that the hub checks, and that the pages tell of before. Lengths are in UTF-16 code units. */

/** Of a topic, or of a matcher: a topic is an identifier, not a document. */
export const MAX_TOPIC_LENGTH = 2_048;
/** Of one subscription. */
export const MAX_MATCHERS = 100;
/** Of one authorization detail of a token. */
export const MAX_TOPICS_OF_DETAIL = 100;
/** Of a grant's payload, as JSON: it is sent with each subscription event. */
export const MAX_PAYLOAD_LENGTH = 4_096;
/** Of one answer of the subscription API: its reader narrows it to a matcher. */
export const MAX_SUBSCRIPTIONS = 10_000;
