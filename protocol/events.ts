/** The types of events that the hub itself sends. Publishers cannot use them. */

/** A heartbeat. Its data is the interval of heartbeats in seconds, usually the longest silence of a stream. */
export const HEARTBEAT_EVENT = "runnel:heartbeat";
/** A gap: updates are missing before the events that follow. */
export const GAP_EVENT = "runnel:gap";
/** The hub's own stats, as JSON. */
export const NUMBERS_EVENT = "runnel:numbers";
/** A subscription began or ended, perhaps the reader's own. Source: Mercure, section Subscription Events. */
export const SUBSCRIPTION_EVENT = "mercure";
