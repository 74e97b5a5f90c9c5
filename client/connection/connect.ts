import type { EventStreamOptions } from "../base/options.ts";
import type { EventSourceLike, World } from "../base/world.ts";
import { streamUrl } from "./stream-url.ts";

/** Makes one connection, which goes on from the Last-Event-ID `after`; gives undefined where there is nothing to make it with. */
export type Connect = (after: string | undefined) => EventSourceLike | undefined;

/** The browser's own EventSource. */
export function connectByEventSource(
  { url, hub }: Pick<EventStreamOptions, "url" | "hub">,
  { EventSource }: World,
): Connect {
  return (after) =>
    EventSource === undefined
      ? undefined
      : new EventSource(hub === false ? url : streamUrl(url, after));
}
