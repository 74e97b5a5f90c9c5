import type { SubscriptionDocument } from "../../../hub/subscriptions.ts";
import { jsonText } from "../lib/json-text.ts";

/** All subscriptions with the same matcher. */
export interface Group {
  readonly key: string;
  readonly type: SubscriptionDocument["match_type"];
  readonly match: string;
  readonly documents: readonly SubscriptionDocument[];
}

/** A line of the list: a matcher, or a subscription below it. */
export type Row =
  | { readonly kind: "group"; readonly key: string; readonly group: Group; readonly open: boolean }
  | { readonly kind: "subscriber"; readonly key: string; readonly document: SubscriptionDocument };

/** A matcher with at most this many subscriptions is open at first. */
const OPEN_UP_TO = 5;

/**
 * Groups by matcher, in alphabetical order: a list that changes by itself has to keep its order.
 * @param words the text to find in a matcher, an id or a payload, in any case; empty: all match
 * @param own the matcher of the list itself, which comes last: no reader looks for it
 */
export function groupsOf(
  documents: Iterable<SubscriptionDocument>,
  words: string,
  own?: string,
): Group[] {
  const wanted = words.trim().toLowerCase();
  const groups = new Map<string, Group & { documents: SubscriptionDocument[] }>();
  for (const document of documents) {
    if (wanted !== "" && !textOf(document).includes(wanted)) continue;
    const { match_type: type, match } = document;
    const key = `${type} ${match}`;
    const group = groups.get(key);
    if (group) group.documents.push(document);
    else groups.set(key, { key, type, match, documents: [document] });
  }
  return [...groups.values()].sort(
    (a, b) =>
      Number(a.match === own) - Number(b.match === own) ||
      compare(a.match, b.match) ||
      compare(a.key, b.key),
  );
}

/** @param turned the matchers that the reader has opened (true) or closed */
export function rowsOf(groups: readonly Group[], turned: ReadonlyMap<string, boolean>): Row[] {
  return groups.flatMap((group): Row[] => {
    const open = turned.get(group.key) ?? group.documents.length <= OPEN_UP_TO;
    const own: Row = { kind: "group", key: group.key, group, open };
    if (!open) return [own];
    return [
      own,
      ...group.documents.map(
        (document): Row => ({ kind: "subscriber", key: document.id, document }),
      ),
    ];
  });
}

/** Returns the part of a random id that distinguishes it from the others on the screen. */
export function shortId(subscriber: string): string {
  const own = subscriber.replace(/^urn:uuid:/, "");
  return own.length > 13 ? `${own.slice(0, 8)}…` : own;
}

const texts = new WeakMap<SubscriptionDocument, string>();

/** Returns the text to search in, built once. */
function textOf(document: SubscriptionDocument): string {
  const known = texts.get(document);
  if (known !== undefined) return known;
  const { match, subscriber, payload } = document;
  const text = `${match}\n${subscriber}\n${payload ? jsonText(payload) : ""}`.toLowerCase();
  texts.set(document, text);
  return text;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
