import type { HubInfo } from "./hub-info.ts";

/** The path that the hub's own topics begin with: that of its URL, which a proxy may have put elsewhere. */
export function ownTopics({ url }: Pick<HubInfo, "url">): string {
  return new URL(url).pathname;
}

/** The pattern of all subscription events' topics. Source: Mercure, section Subscription Events. */
export function eventsPattern(hub: Pick<HubInfo, "url">): string {
  return `${ownTopics(hub)}/subscriptions/:type/:match/:subscriber`;
}

/** What a token has to grant: the list's own address, and all below it. */
export function neededMatch(hub: Pick<HubInfo, "url">): string {
  return `${ownTopics(hub)}/subscriptions*`;
}
