import type { EventStreamOptions } from "../base/options.ts";
import type { World } from "../base/world.ts";
import type { Connect } from "./connect.ts";
import { FetchSource } from "./fetch-source.ts";
import { streamUrl } from "./stream-url.ts";

/** Connects by fetch where an EventSource does not suffice: it cannot send a token, and it reports only the types that it was asked for. */
export function connectByFetch(
  { url, hub, token, types }: Pick<EventStreamOptions, "url" | "hub" | "token" | "types">,
  { fetch }: World,
): Connect {
  const asked = hub === false ? url : streamUrl(url, undefined);
  const everyType = types === "all";
  return (after) =>
    fetch === undefined
      ? undefined
      : new FetchSource({ url: asked, fetch, token, after, everyType });
}
