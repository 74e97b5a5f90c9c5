import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { World } from "../base/world.ts";
import type { Item } from "./item.ts";
import type { RingLimits } from "./item-ring.ts";
import type { Message } from "./messages.ts";
import type { Seen } from "./seen.ts";
import type { Teller } from "./teller.ts";

export interface TabFeedOptions {
  /**
   * Tabs that give the same name share a connection. It MUST name all that decides what the stream brings: its address, the types of
   * events that are listened to, and who may see them.
   */
  readonly name: string;
  /** Where it has no locks or no channels, each tab has a connection of its own. */
  readonly world: World;
  /** Makes a connection of one's own. */
  readonly open: (handlers: FeedHandlers) => Feed;
  /** How much each tab remembers for those that have to catch up. Default: 500 items, 250,000 characters. */
  readonly memory?: RingLimits;
}

/** One tab's part in a stream, from start() to stop(): what its roles, leader and follower, have in common. */
export interface Tab {
  /** Random: whom an answer is for. */
  readonly id: string;
  /** Of the stream: what lock and channel are named after. */
  readonly name: string;
  readonly world: World;
  readonly locks: LockManager;
  readonly memory: RingLimits;
  readonly seen: Seen;
  readonly teller: Teller;
  /** Opens a connection of this tab's own. */
  readonly open: (handlers: FeedHandlers) => Feed;
  /** A number for its next question: an answer to an earlier one, asked in another role, MUST NOT pass for this one's. */
  nextAsk(): number;
  /** Tells all other tabs. */
  post(message: Message): void;
  /** Hands an item to this tab's page. */
  deliver(item: Item): void;
}
