import { useSyncExternalStore } from "react";

const QUERY = "(width >= 64rem)";

/** Returns whether the page shows its columns side by side, by Tailwind's `lg`. A server render assumes that it does. */
export function useWide(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(QUERY).matches,
    () => true,
  );
}

function subscribe(onChange: () => void): () => void {
  const media = matchMedia(QUERY);
  media.addEventListener("change", onChange);
  return () => media.removeEventListener("change", onChange);
}
