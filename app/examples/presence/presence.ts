import * as z from "zod/mini";

/** Subscribers of this topic are present. Nothing is published to it. */
export const TOPIC = "examples/presence";

const HUB = "/.well-known/mercure";

/** The topics of the hub's own events about the subscribers of TOPIC. Source: Mercure, section Subscription Events. */
export const SUBSCRIPTIONS = `${HUB}/subscriptions/exact/${encodeURIComponent(TOPIC)}/:subscriber`;

export const Name = z.string().check(z.trim(), z.minLength(1), z.maxLength(40));

/** The part of a subscription's document that is used. Its payload is that of the subscriber's token. */
export const Subscription = z.object({
  subscriber: z.string(),
  active: z.boolean(),
  payload: z.optional(z.object({ name: z.optional(Name) })),
});
export type Subscription = z.infer<typeof Subscription>;

/** Names by subscriber: a visitor with two tabs has two subscribers. */
export type People = Readonly<Record<string, string>>;

export function reduce(people: People, { value }: { readonly value: Subscription }): People {
  const { [value.subscriber]: _, ...others } = people;
  if (!value.active) return others;
  return { ...people, [value.subscriber]: value.payload?.name ?? "Somebody" };
}
