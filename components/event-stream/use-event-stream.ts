import { useState, useSyncExternalStore } from "react";
import type { StreamOptions } from "./options.ts";
import { createEventStream } from "./store.ts";
import type { EventStream, Snapshot } from "./types.ts";

/**
 * One event stream for as long as the component is mounted, and what is to be seen of it now.
 * Another url makes another stream; the other options are read when it is made.
 */
export function useEventStream<T = unknown, S = undefined>(
  url: string,
  options?: StreamOptions<T, S>,
): { stream: EventStream<T, S>; now: Snapshot<T, S> } {
  const make = () => ({ url, stream: createEventStream<T, S>({ ...options, url }) });
  const [made, setMade] = useState(make);
  if (made.url !== url) setMade(make());
  const { stream } = made;
  const now = useSyncExternalStore(stream.subscribe, stream.getSnapshot, stream.getServerSnapshot);
  return { stream, now };
}
