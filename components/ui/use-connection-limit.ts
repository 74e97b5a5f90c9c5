import { useSyncExternalStore } from "react";

/** [spec] None: browsers open six connections to an origin over HTTP/1.1, for all their tabs. One is for stats, one for requests. */
const OVER_HTTP_1 = 4;
const OVER_HTTP_2 = 8;

/** Returns how many streams a page may keep open and still send a request. */
export function useConnectionLimit(): number {
  return useSyncExternalStore(nothingChanges, limit, () => OVER_HTTP_2);
}

function limit(): number {
  const [navigation] = performance.getEntriesByType("navigation");
  const protocol =
    navigation instanceof PerformanceNavigationTiming ? navigation.nextHopProtocol : "";
  return /^(h2|h3)/.test(protocol) ? OVER_HTTP_2 : OVER_HTTP_1;
}

const nothingChanges = () => () => {};
