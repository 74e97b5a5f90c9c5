import type { EventStreamOptions } from "../base/options.ts";
import type { EventSourceLike, World } from "../base/world.ts";
import { streamUrl } from "./stream-url.ts";

/** Makes one connection, which resumes after the Last-Event-ID `after`. Returns undefined if the environment cannot make one. */
export type Connect = (after: string | undefined) => EventSourceLike | undefined;

/** Connects by the browser's own EventSource. */
export function connectByEventSource(
  { url, hub }: Pick<EventStreamOptions, "url" | "hub">,
  { EventSource }: World,
): Connect {
  return (after) =>
    EventSource === undefined
      ? undefined
      : new EventSource(hub === false ? url : streamUrl(url, after));
}
