import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { World } from "../base/world.ts";
import type { Item } from "./item.ts";
import type { RingLimits } from "./item-ring.ts";
import type { Message } from "./messages.ts";
import type { Seen } from "./seen.ts";
import type { Teller } from "./teller.ts";

export interface TabFeedOptions {
  /**
   * Tabs that give the same name share a connection. It MUST contain all that decides the events of the stream: its address, the types of
   * events that are listened to, and who may see them.
   */
  readonly name: string;
  /** Without locks or channels, each tab has a connection of its own. */
  readonly world: World;
  /** Makes a connection of this tab's own. */
  readonly open: (handlers: FeedHandlers) => Feed;
  /** How much each tab remembers for tabs that have to catch up. Default: 500 items, 250,000 characters. */
  readonly memory?: RingLimits;
}

/** One tab's part in a stream, from start() to stop(): the common part of its roles, leader and follower. */
export interface Tab {
  /** Random; answers are addressed to it. */
  readonly id: string;
  /** The stream's name, part of the names of lock and channel. */
  readonly name: string;
  readonly world: World;
  readonly locks: LockManager;
  readonly memory: RingLimits;
  readonly seen: Seen;
  readonly teller: Teller;
  /** Opens a connection of this tab's own. */
  readonly open: (handlers: FeedHandlers) => Feed;
  /** Returns a new number for the next question. An answer to an earlier question, asked in another role, MUST NOT match it. */
  nextAsk(): number;
  /** Posts to all other tabs. */
  post(message: Message): void;
  /** Hands an item to this tab's page. */
  deliver(item: Item): void;
}
