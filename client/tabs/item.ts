import type { FeedHandlers } from "../base/feed.ts";

/** One thing that a stream brings, apart from statuses. All tabs get the items in this order. */
export type Item =
  | { readonly kind: "event"; readonly id: string; readonly type: string; readonly data: string }
  /** The Last-Event-ID moved on without an event. */
  | { readonly kind: "cursor"; readonly id: string }
  /** Events are missing here. */
  | { readonly kind: "gap" };

/** Makes handlers of a feed that pass on everything as items. */
export function itemHandlers(
  onItem: (item: Item) => void,
): Pick<FeedHandlers, "onEvent" | "onCursor" | "onGap"> {
  return {
    onEvent: ({ id, type, data }) => onItem({ kind: "event", id, type, data }),
    onCursor: (id) => onItem({ kind: "cursor", id }),
    onGap: () => onItem({ kind: "gap" }),
  };
}

/** Passes an item to the handlers of a feed. */
export function tell(handlers: FeedHandlers, item: Item): void {
  if (item.kind === "event") handlers.onEvent({ id: item.id, type: item.type, data: item.data });
  else if (item.kind === "cursor") handlers.onCursor(item.id);
  else handlers.onGap();
}

/** Returns the ids of the events that have one. */
export function eventIds(items: readonly Item[]): string[] {
  return items.flatMap((item) => (item.kind === "event" && item.id !== "" ? [item.id] : []));
}

/** Returns the approximate size of an item, in characters. */
export function charactersOf(item: Item): number {
  if (item.kind === "gap") return 1;
  return item.kind === "cursor"
    ? item.id.length
    : item.id.length + item.type.length + item.data.length;
}
