import type { EventStreamOptions } from "./options.ts";
import { streamUrl } from "./stream-url.ts";
import type { EventSourceLike, World } from "./world.ts";

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
