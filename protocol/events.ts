/** The types of events that the hub itself sends. No publisher can use them. */

/** Its data is the interval of heartbeats, in seconds: so long a stream may usually be silent. */
export const HEARTBEAT_EVENT = "runnel:heartbeat";
/** Updates are missing before the events that follow. */
export const GAP_EVENT = "runnel:gap";
/** The hub's own numbers, as JSON. */
export const NUMBERS_EVENT = "runnel:numbers";
/** A subscription began or ended, the reader's own among them. Source: Mercure, section Subscription Events. */
export const SUBSCRIPTION_EVENT = "mercure";
