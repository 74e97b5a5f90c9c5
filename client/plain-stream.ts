import type { EventStreamOptions } from "./base/options.ts";
import type { EventStream } from "./base/snapshot.ts";
import { browserWorld } from "./base/world.ts";
import { connectByEventSource } from "./connection/connect.ts";
import { ownFeed } from "./connection/own-feed.ts";
import { Store } from "./store.ts";

export type PlainStreamOptions = Pick<
  EventStreamOptions,
  "url" | "hub" | "closeAfterMs" | "hiddenAfterMs" | "keep" | "backoff" | "world"
>;

/**
 * Makes a stream like `createEventStream`, over an EventSource of its own: no tab shares it, and it has no token.
 * A page that needs no more than that loads less code.
 */
export function createPlainStream(options: PlainStreamOptions): EventStream {
  const { world = browserWorld() } = options;
  return new Store(world, ownFeed(options, connectByEventSource(options, world), world), options);
}
