import { useLayoutEffect, useState } from "react";

const EVERY_MS = 200;

/** The time, in milliseconds since 1970, moving on a few times a second on the way to `then`; null: it stands. */
export function useNow(then: number | null): number {
  const [now, setNow] = useState(Date.now);
  // Before anything is drawn: the time at which it last moved is long past, and not to be seen.
  useLayoutEffect(() => {
    if (then === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, [then]);
  return now;
}
