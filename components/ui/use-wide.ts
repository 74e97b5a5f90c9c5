import { useSyncExternalStore } from "react";

const QUERY = "(width >= 64rem)";

/** Whether the page has its columns side by side: as Tailwind's `lg` has it. A server takes it for wide. */
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
