import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";
import { MAX_SUBSCRIPTIONS } from "../../../protocol/limits.ts";

/** The most changes beside the map before it is copied: ten thousand changes at once cost about twenty copies. */
const CHANGES_A_COPY = 512;

interface Change {
  readonly document: SubscriptionDocument;
  readonly before: Change | undefined;
}

/** The current subscriptions: the hub's list, and the changes by its events since. It never changes: a fold makes another. */
export interface Subscribed {
  readonly settled: ReadonlyMap<string, SubscriptionDocument>;
  readonly last: Change | undefined;
  readonly changes: number;
}

export function startSubscribed(documents: readonly SubscriptionDocument[]): Subscribed {
  const settled = new Map<string, SubscriptionDocument>();
  for (const document of documents) change(settled, document);
  return { settled, last: undefined, changes: 0 };
}

/**
 * Folds an event in. The first events after the cursor may already be part of the list. So a subscription that is reported twice is there
 * once, and one that ends twice is removed.
 */
export function fold(state: Subscribed, document: SubscriptionDocument): Subscribed {
  const { settled, last, changes } =
    state.changes < CHANGES_A_COPY
      ? state
      : { settled: settle(state), last: undefined, changes: 0 };
  return { settled, last: { document, before: last }, changes: changes + 1 };
}

/** Returns the active subscriptions by id, the newest last. */
export function settle({ settled, last }: Subscribed): ReadonlyMap<string, SubscriptionDocument> {
  if (last === undefined) return settled;
  const changes: SubscriptionDocument[] = [];
  for (let each: Change | undefined = last; each !== undefined; each = each.before) {
    changes.push(each.document);
  }
  const documents = new Map(settled);
  for (const document of changes.reverse()) change(documents, document);
  return documents;
}

function change(documents: Map<string, SubscriptionDocument>, document: SubscriptionDocument) {
  if (!document.active) documents.delete(document.id);
  else if (documents.size < MAX_SUBSCRIPTIONS || documents.has(document.id))
    documents.set(document.id, document);
}
