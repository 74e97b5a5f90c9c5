import type { Access, Action } from "./access.ts";

/** Whether the token grants the action on the topic. Without a token, nothing is granted. Source: Mercure, section Authorization Details. */
export function covers(access: Access | undefined, action: Action, topic: string): boolean {
  if (!access) return false;
  return access.grants.some(
    ({ actions, topics }) =>
      actions.has(action) && topics.some((matcher) => matcher.matches(topic)),
  );
}

/**
 * Returns a key that is equal for tokens that may read the same private updates. The order and repetition of grants do not matter, nor do
 * payload, subject and `exp`. Connections with equal keys share the chunks that are joined for them.
 * The key is "" if nothing private may be read, as without a token.
 */
export function grantsKey(access: Access | undefined): string {
  const keys = new Set<string>();
  for (const { actions, topics } of access?.grants ?? []) {
    if (!actions.has("subscribe")) continue;
    for (const { kind, key } of topics) {
      // A grant for all topics includes every other grant.
      if (kind === "any") return "*";
      keys.add(key);
    }
  }
  // A matcher has no control characters, so a line feed can separate them.
  return [...keys].sort().join("\n");
}

/**
 * Returns the payload that is shown with a subscription: the payload of the first `subscribe` detail that matches the subscription's own
 * matcher as a topic. If that detail has no payload, no later detail is used. Source: Mercure, section Payloads.
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
