import { useEffect, useState } from "react";
import type { HubInfo } from "../lib/hub-info.ts";
import { inspectToken } from "../tokens/token-requests.ts";

/**
 * The token that streams are read with. Many hubs have a key for publishers and another for subscribers: with a token that is no subscriber's
 * they would refuse what they let anybody read, so that is read without it.
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
