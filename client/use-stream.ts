import { useSyncExternalStore } from "react";
import type { EventStream, Snapshot } from "./base/snapshot.ts";

/** Returns the current snapshot of a stream, which is open while a component uses it. */
export function useStream<T, S>(stream: EventStream<T, S>): Snapshot<T, S> {
  return useSyncExternalStore(stream.subscribe, stream.getSnapshot, stream.getServerSnapshot);
}
