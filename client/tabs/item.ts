import type { FeedHandlers } from "../base/feed.ts";

/** What a stream brings, beside its statuses: the tabs get it in this order. */
export type Item =
  | { readonly kind: "event"; readonly id: string; readonly type: string; readonly data: string }
  /** The Last-Event-ID moved on without an event. */
  | { readonly kind: "cursor"; readonly id: string }
  /** Events are missing here. */
  | { readonly kind: "gap" };

/** Handlers of a feed that hand on what it brings as items. */
export function itemHandlers(
  onItem: (item: Item) => void,
): Pick<FeedHandlers, "onEvent" | "onCursor" | "onGap"> {
  return {
    onEvent: ({ id, type, data }) => onItem({ kind: "event", id, type, data }),
    onCursor: (id) => onItem({ kind: "cursor", id }),
    onGap: () => onItem({ kind: "gap" }),
  };
}

/** Hands an item to the handlers of a feed. */
export function tell(handlers: FeedHandlers, item: Item): void {
  if (item.kind === "event") handlers.onEvent({ id: item.id, type: item.type, data: item.data });
  else if (item.kind === "cursor") handlers.onCursor(item.id);
  else handlers.onGap();
}

/** Ids of the events among them that have one. */
export function eventIds(items: readonly Item[]): string[] {
  return items.flatMap((item) => (item.kind === "event" && item.id !== "" ? [item.id] : []));
}

/** What it takes, about. */
export function charactersOf(item: Item): number {
  if (item.kind === "gap") return 1;
  return item.kind === "cursor"
    ? item.id.length
    : item.id.length + item.type.length + item.data.length;
}
