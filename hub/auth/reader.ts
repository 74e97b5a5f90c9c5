import type { Topic } from "../topics/topic.ts";
import type { Access } from "./access.ts";
import { covers, grantsKey } from "./grants.ts";

/** The read rights of a subscriber. Subscribers with the same `grantsKey` may read the same updates. */
export interface Reader {
  readonly grantsKey: string;
  /** Whether the reader may read a private update with these topics. Source: Mercure, section Subscribers. */
  mayRead(topics: readonly Topic[]): boolean;
  readonly mayReadSubscriptions: boolean;
}

const ANYONE: Reader = {
  grantsKey: grantsKey(undefined),
  mayRead: () => false,
  mayReadSubscriptions: false,
};

/** Returns the reader for a token. Without a token, no private update may be read. */
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
