import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { ChannelLike, World } from "../base/world.ts";
import { Member } from "./member.ts";
import { PROTOCOL } from "./messages.ts";
import type { TabFeedOptions } from "./tab.ts";

/**
 * One connection for all tabs of a browser that listen to the same stream. A lock chooses the leader, which has the connection and posts to
 * the others over a channel. When a leader is closed, the next tab in the lock's queue leads. When a leader is frozen or hangs, it gives no
 * sign of life, and another tab steals its lock. Each leader resumes after its own last id, so no event is lost or delivered twice.
 * Sources: Web Locks API; WHATWG HTML, section 9.6 (broadcasting to other browsing contexts).
 */
export class TabFeed implements Feed {
  readonly #options: TabFeedOptions;
  readonly #on: FeedHandlers;
  #current: Feed | Member | undefined;

  constructor(options: TabFeedOptions, handlers: FeedHandlers) {
    this.#options = options;
    this.#on = handlers;
  }

  start(after?: string): void {
    this.stop();
    const { name, world, open } = this.#options;
    const { locks } = world;
    const channel = locks && channelOf(world, `${PROTOCOL} ${name}`);
    const current =
      locks && channel
        ? new Member(this.#options, { locks, channel, after }, this.#on)
        : open(this.#on);
    this.#current = current;
    current.start(after);
  }

  stop(): void {
    this.#current?.stop();
    this.#current = undefined;
  }

  hurry(): void {
    this.#current?.hurry();
  }
}

function channelOf(world: World, name: string): ChannelLike | undefined {
  try {
    return world.channel(name);
  } catch {
    // Some browsers refuse channels too where a page may not store anything.
    return undefined;
  }
}
