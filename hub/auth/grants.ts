import type { Access, Action } from "./access.ts";

/** Whether the token grants the action on the topic; without a token, nothing is granted. Source: Mercure, section Authorization Details. */
export function covers(access: Access | undefined, action: Action, topic: string): boolean {
  if (!access) return false;
  return access.grants.some(
    ({ actions, topics }) =>
      actions.has(action) && topics.some((matcher) => matcher.matches(topic)),
  );
}

/**
 * The same for accesses that may read the same private updates, in whatever order and however often their tokens say so:
 * connections with equal keys share what is joined for them. Payload, subject and `exp` are no part of it.
 * "": none, as without a token.
 */
export function grantsKey(access: Access | undefined): string {
  const keys = new Set<string>();
  for (const { actions, topics } of access?.grants ?? []) {
    if (!actions.has("subscribe")) continue;
    for (const { kind, key } of topics) {
      // All topics are all topics, whatever else is granted.
      if (kind === "any") return "*";
      keys.add(key);
    }
  }
  // A matcher has no control characters, so a line feed stands between two, and in none.
  return [...keys].sort().join("\n");
}

/**
 * What is shown with a subscription: the payload of the first `subscribe` detail that matches the subscription's own matcher,
 * taken as a topic. A detail that matches and has none hides those after it. Source: Mercure, section Payloads.
 */
export function payloadFor(
  access: Access | undefined,
  matcher: string,
): Readonly<Record<string, unknown>> | undefined {
  return access?.grants.find(
    ({ actions, topics }) =>
      actions.has("subscribe") && topics.some((granted) => granted.matches(matcher)),
  )?.payload;
}
