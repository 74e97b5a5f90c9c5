import { useEffect, useState } from "react";

const EVERY_MS = 200;

/** The time, in milliseconds since 1970, moving on a few times a second while it is needed. */
export function useNow(needed: boolean): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!needed) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, [needed]);
  return now;
}
