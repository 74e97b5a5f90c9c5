import { BACKOFF } from "../base/backoff.ts";
import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { EventStreamOptions } from "../base/options.ts";
import type { World } from "../base/world.ts";
import type { Connect } from "./connect.ts";
import { Source } from "./source.ts";

/** Makes a feed with a connection of its own. */
export function ownFeed(
  {
    hub = true,
    types = [],
    renew,
    backoff = BACKOFF,
  }: Pick<EventStreamOptions, "hub" | "types" | "renew" | "backoff">,
  connect: Connect,
  world: World,
): (handlers: FeedHandlers) => Feed {
  const listened = types === "all" ? [] : types;
  const options = { connect, types: listened, heartbeats: hub, renew, backoff, world };
  return (handlers) => new Source(options, handlers);
}
