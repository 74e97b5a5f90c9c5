import type { HubInfo } from "./hub-info.ts";

/** Returns the path of the hub's own topics: the path of its URL, which a proxy may have changed. */
export function ownTopics({ url }: Pick<HubInfo, "url">): string {
  return new URL(url).pathname;
}

/** Returns the pattern of all subscription events' topics. Source: Mercure, section Subscription Events. */
export function eventsPattern(hub: Pick<HubInfo, "url">): string {
  return `${ownTopics(hub)}/subscriptions/:type/:match/:subscriber`;
}

/** Returns the matcher that a token has to grant: the list's own address, and all below it. */
export function neededMatch(hub: Pick<HubInfo, "url">): string {
  return `${ownTopics(hub)}/subscriptions*`;
}
