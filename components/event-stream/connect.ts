import { FetchSource } from "./fetch-source.ts";
import type { EventStreamOptions } from "./options.ts";
import { streamUrl } from "./stream-url.ts";
import type { EventSourceLike, World } from "./world.ts";

/** Makes one connection, which goes on from the Last-Event-ID `after`; gives undefined where there is nothing to make it with. */
export type Connect = (after: string | undefined) => EventSourceLike | undefined;

/** How a stream with these options is connected to. */
export function connector(
  { url, hub, token }: Pick<EventStreamOptions, "url" | "hub" | "token">,
  { EventSource, fetch }: World,
): Connect {
  if (token !== undefined) {
    const asked = hub === false ? url : streamUrl(url, undefined);
    return (after) =>
      fetch === undefined ? undefined : new FetchSource({ url: asked, fetch, token, after });
  }
  return (after) =>
    EventSource === undefined
      ? undefined
      : new EventSource(hub === false ? url : streamUrl(url, after));
}

/** What tabs name alike that may share a connection; undefined: this one has its own. */
export function sharedName(
  {
    url,
    hub = true,
    types = [],
    token,
    share = token === undefined,
  }: Pick<EventStreamOptions, "url" | "hub" | "types" | "token" | "share">,
  { base }: World,
): string | undefined {
  if (share === false) return undefined;
  const address = URL.canParse(url, base) ? new URL(url, base).href : url;
  return JSON.stringify([share, hub, address, [...new Set(types)].sort()]);
}
