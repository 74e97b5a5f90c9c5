import { useEffect, useState } from "react";
import type { HubInfo } from "../lib/hub-info.ts";
import { inspectToken } from "../tokens/token-requests.ts";

/**
 * Returns the token to read streams with. Many hubs have one key for publishers and another for subscribers. Such a hub refuses a
 * publisher's token, even for topics that everybody may read. So those are read without the token.
 */
export function useReadingToken(hub: HubInfo, token: string | undefined): string | undefined {
  const [reading, setReading] = useState(token);
  const mayReadWithout = hub.anonymous && !hub.playground;
  useEffect(() => {
    if (token === undefined || !mayReadWithout) {
      setReading(token);
      return;
    }
    const abort = new AbortController();
    void inspectToken(token, abort.signal).then((answer) => {
      const refused = answer.ok && !answer.value.subscriber.ok;
      if (!abort.signal.aborted) setReading(refused ? undefined : token);
    });
    return () => abort.abort();
  }, [token, mayReadWithout]);
  return reading;
}
