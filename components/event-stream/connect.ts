import { FetchSource } from "./fetch-source.ts";
import type { EventStreamOptions } from "./options.ts";
import { streamUrl } from "./stream-url.ts";
import type { EventSourceLike, World } from "./world.ts";

/** Makes one connection, which goes on from the Last-Event-ID `after`; gives undefined where there is nothing to make it with. */
export type Connect = (after: string | undefined) => EventSourceLike | undefined;

/** How a stream with these options is connected to. */
export function connector(
  { url, hub, token, types }: Pick<EventStreamOptions, "url" | "hub" | "token" | "types">,
  { EventSource, fetch }: World,
): Connect {
  const everyType = types === "all";
  if (token !== undefined || everyType) {
    const asked = hub === false ? url : streamUrl(url, undefined);
    return (after) =>
      fetch === undefined
        ? undefined
        : new FetchSource({ url: asked, fetch, token, after, everyType });
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
  const listened = types === "all" ? types : [...new Set(types)].sort();
  return JSON.stringify([share, hub, address, listened]);
}
