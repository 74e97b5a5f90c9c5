import type { EventStreamOptions } from "../base/options.ts";
import type { World } from "../base/world.ts";

/** Returns a name that is equal for all tabs that may share a connection; undefined: this tab has its own connection. */
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
