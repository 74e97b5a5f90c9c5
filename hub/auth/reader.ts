import type { Topic } from "../topics/topic.ts";
import type { Access } from "./access.ts";
import { covers, grantsKey } from "./grants.ts";

/** Whose eyes something is for: connections with the same key may see the same. */
export interface Reader {
  readonly grantsKey: string;
  /** Whether they may read a private update of these topics. Source: Mercure, section Subscribers. */
  mayRead(topics: readonly Topic[]): boolean;
  readonly mayReadSubscriptions: boolean;
}

const ANYONE: Reader = {
  grantsKey: grantsKey(undefined),
  mayRead: () => false,
  mayReadSubscriptions: false,
};

/** What a subscriber may read: without a token, nothing that is private. */
export function readerOf(access: Access | undefined): Reader {
  if (access === undefined) return ANYONE;
  return {
    grantsKey: grantsKey(access),
    mayRead: (topics) => topics.some((topic) => covers(access, "subscribe", topic)),
    mayReadSubscriptions: access.grants.some(
      ({ actions, topics }) =>
        actions.has("subscribe") && topics.some(({ mayMatchReserved }) => mayMatchReserved),
    ),
  };
}
