import { connectByEventSource } from "./connect.ts";
import type { EventStreamOptions } from "./options.ts";
import { ownFeed } from "./own-feed.ts";
import { Store } from "./store.ts";
import type { EventStream } from "./types.ts";
import { browserWorld } from "./world.ts";

export type PlainStreamOptions = Pick<
  EventStreamOptions,
  "url" | "hub" | "closeAfterMs" | "hiddenAfterMs" | "keep" | "backoff" | "world"
>;

/**
 * A stream like one of `createEventStream`, over an EventSource of its own: no tab shares it, and it has no token. A page that needs no
 * more than that ships less.
 */
export function createPlainStream(options: PlainStreamOptions): EventStream {
  const { world = browserWorld() } = options;
  return new Store(world, ownFeed(options, connectByEventSource(options, world), world), options);
}
