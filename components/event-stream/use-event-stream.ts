import { useState, useSyncExternalStore } from "react";
import { createEventStream, type EventStreamOptions } from "./store.ts";
import type { EventStream, Snapshot } from "./types.ts";

/**
 * One event stream for as long as the component is mounted, and what is to be seen of it now.
 * The options are read at the first render: for another stream, give the component another `key`.
 */
export function useEventStream(options: EventStreamOptions): {
  stream: EventStream;
  now: Snapshot;
} {
  const [stream] = useState(() => createEventStream(options));
  const now = useSyncExternalStore(stream.subscribe, stream.getSnapshot, stream.getServerSnapshot);
  return { stream, now };
}
