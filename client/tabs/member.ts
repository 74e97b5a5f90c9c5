import type { Feed, FeedHandlers } from "../base/feed.ts";
import type { ChannelLike, World } from "../base/world.ts";
import { Follower } from "./follower.ts";
import { Hold } from "./hold.ts";
import { type Item, tell } from "./item.ts";
import type { RingLimits } from "./item-ring.ts";
import { Leader } from "./leader.ts";
import { type LeaderMessage, type Message, PROTOCOL, parseMessage } from "./messages.ts";
import { Seen } from "./seen.ts";
import type { Tab, TabFeedOptions } from "./tab.ts";
import { Teller } from "./teller.ts";
import { NO_TERM, nextTerm } from "./term.ts";

/** Some minutes of a busy stream, and small enough for a phone. */
const MEMORY: RingLimits = { items: 500, characters: 250_000 };

/** This tab as a member of the tabs that share a stream: it leads or follows until stop(). */
export class Member implements Tab {
  readonly id: string;
  readonly name: string;
  readonly world: World;
  readonly locks: LockManager;
  readonly memory: RingLimits;
  readonly open: (handlers: FeedHandlers) => Feed;
  readonly seen: Seen;
  readonly teller: Teller;
  readonly #on: FeedHandlers;
  readonly #channel: ChannelLike;
  readonly #leadership: Hold;
  #role: Leader | Follower | undefined;
  /** The newest leadership that this tab knows. */
  #term = NO_TERM;
  #asked = 0;
  #alone = false;
  #over = false;

  /** @param after the Last-Event-ID to resume after; undefined: start with the next event */
  constructor(
    { name, world, open, memory = MEMORY }: TabFeedOptions,
    {
      locks,
      channel,
      after,
    }: { locks: LockManager; channel: ChannelLike; after: string | undefined },
    handlers: FeedHandlers,
  ) {
    this.id = `${world.now()}-${world.random()}`;
    this.name = name;
    this.world = world;
    this.locks = locks;
    this.open = open;
    this.memory = memory;
    this.#on = handlers;
    this.#channel = channel;
    this.seen = new Seen(memory, after);
    this.teller = new Teller(handlers);
    this.#leadership = new Hold(locks, `${PROTOCOL} ${name}`, {
      onHeld: () => this.#lead(),
      onLost: () => this.#standDown(),
      onRefused: () => this.#beAlone(),
    });
    channel.addEventListener("message", ({ data }) => this.#heard(parseMessage(data)));
  }

  start(): void {
    this.teller.tell({ status: { state: "connecting" } });
    this.#leadership.ask();
    this.#follow();
  }

  /** Releases lock and channel at once: the next tab leads, and the browser may keep the page for Back. */
  stop(): void {
    this.#over = true;
    this.teller.stop();
    this.#role?.stop();
    this.#leadership.let();
    this.#channel.close();
  }

  hurry(): void {
    this.#role?.hurry();
  }

  nextAsk(): number {
    this.#asked += 1;
    return this.#asked;
  }

  readonly post = (message: Message): void => {
    if (!this.#over && !this.#alone) this.#channel.postMessage(message);
  };

  deliver(item: Item): void {
    if (!this.#over) tell(this.#on, item);
  }

  #heard(message: Message | undefined): void {
    if (message === undefined || this.#over) return;
    if (!isFromLeader(message)) {
      if (this.#role instanceof Leader) this.#role.heard(message);
      return;
    }
    if (message.term < this.#term) return;
    // Another tab leads: this tab was frozen, and its lock was stolen.
    if (message.term > this.#term && this.#role instanceof Leader) this.#standDown();
    this.#term = message.term;
    if (this.#role instanceof Follower) this.#role.heard(message);
  }

  #lead(): void {
    if (this.#over) return;
    this.#role?.stop();
    this.#term = nextTerm(this.#term, this.world.now(), this.id);
    const leader = new Leader(this, this.#term);
    this.#role = leader;
    leader.start();
  }

  /** Leads alone: without locks each tab has a connection, and posts nothing. */
  #beAlone(): void {
    this.#alone = true;
    this.#channel.close();
    this.#lead();
  }

  #standDown(): void {
    this.#leadership.ask();
    this.#follow();
  }

  #follow(): void {
    this.#role?.stop();
    const follower = new Follower(this, this.#term, () => this.#leadership.steal());
    this.#role = follower;
    follower.start();
  }
}

function isFromLeader(message: Message): message is LeaderMessage {
  return "term" in message && message.kind !== "hello";
}
