import { useLayoutEffect, useState } from "react";

const EVERY_MS = 200;

/** Returns the time, in milliseconds since 1970, updated a few times a second until `then`; null: it is not updated. */
export function useNow(then: number | null): number {
  const [now, setNow] = useState(Date.now);
  // Before the first paint: the time of the last update is long past, and must not be visible.
  useLayoutEffect(() => {
    if (then === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, [then]);
  return now;
}
