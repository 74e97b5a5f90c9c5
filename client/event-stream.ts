import type { FeedHandlers } from "./base/feed.ts";
import type { EventStreamOptions } from "./base/options.ts";
import type { EventStream } from "./base/snapshot.ts";
import { browserWorld } from "./base/world.ts";
import { connectByEventSource } from "./connection/connect.ts";
import { connectByFetch } from "./connection/connect-by-fetch.ts";
import { ownFeed } from "./connection/own-feed.ts";
import { Store } from "./store.ts";
import { sharedName } from "./tabs/shared-name.ts";
import { TabFeed } from "./tabs/tab-feed.ts";

/** Makes a stream without connecting it. It is open while it has a subscriber. */
export function createEventStream<T = unknown, S = undefined>(
  options: EventStreamOptions<T, S>,
): EventStream<T, S> {
  const { world = browserWorld(), token, types } = options;
  const byFetch = token !== undefined || types === "all";
  const connect = byFetch ? connectByFetch(options, world) : connectByEventSource(options, world);
  const own = ownFeed(options, connect, world);
  const name = sharedName(options, world);
  const shared =
    name && ((handlers: FeedHandlers) => new TabFeed({ name, world, open: own }, handlers));
  return new Store(world, shared || own, options);
}
