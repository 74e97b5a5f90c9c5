import { Bridge } from "./bridge.ts";
import { eventIds, type Item } from "./item.ts";
import type { Mark } from "./item-ring.ts";
import { LifeSigns } from "./life-signs.ts";
import type { Lead, LeaderMessage, Welcome } from "./messages.ts";
import { NOWHERE } from "./seen.ts";
import type { Tab } from "./tab.ts";
import type { Term } from "./term.ts";

/** A question that is older than this, in milliseconds, counts as lost. */
const UNHEARD_MS = 3_000;

type State =
  /** It has asked the leader for its position. */
  | { readonly at: "asking"; readonly ask: number; readonly since: number }
  /** It delivers the leader's items as they come, except the events in `had`, which it has delivered already: their ids, in order. */
  | { readonly at: "following"; had: readonly string[] }
  /** It has a connection of its own for a while. */
  | { readonly at: "bridging"; readonly bridge: Bridge }
  | { readonly at: "over" };

/** A tab that gets its stream from the leader. It loses no event and delivers none twice, even when the leader changes. */
export class Follower {
  readonly #tab: Tab;
  readonly #signs: LifeSigns;
  #term: Term;
  /** The number of the last item of this leadership that arrived. */
  #seq = 0;
  #state: State = { at: "asking", ask: 0, since: 0 };

  /**
   * @param term the newest leadership that this tab knows
   * @param onDead the leader gives no sign of life
   */
  constructor(tab: Tab, term: Term, onDead: () => void) {
    this.#tab = tab;
    this.#term = term;
    this.#signs = new LifeSigns(tab.world, {
      onQuiet: () => {
        if (this.#state.at === "asking") this.#ask();
        else tab.post({ kind: "ping" });
      },
      onDead,
    });
  }

  start(): void {
    this.#ask();
    this.#signs.expect();
  }

  stop(): void {
    this.#signs.stop();
    this.#enter({ at: "over" });
  }

  hurry(): void {
    this.#tab.post({ kind: "hurry" });
    this.#signs.expect();
    if (this.#state.at === "bridging") this.#state.bridge.hurry();
  }

  /** Handles a message of the leader. A message of an older leadership MUST NOT come here. */
  heard(message: LeaderMessage): void {
    this.#signs.heard();
    const isNew = message.term > this.#term;
    this.#term = message.term;
    const isAnswer = message.kind === "welcome" && this.#isAnswer(message);
    // A tab without a position has no part in an open connection either.
    const hasPlace = this.#tab.seen.id !== undefined || this.#state.at !== "asking";
    if (message.kind !== "item" && (hasPlace || isAnswer || message.kind === "lead"))
      this.#tab.teller.tell(message.standing);
    if (message.kind === "lead") this.#newLeader(message);
    else if (isAnswer) this.#welcomed(message);
    // The message that announced this leadership was missed.
    else if (isNew) this.#ask();
    else if (this.#state.at === "asking") this.#askAgain(this.#state.since);
    else this.#goOn(message);
  }

  #goOn(message: LeaderMessage): void {
    if (message.kind === "item" && message.seq === this.#seq + 1) {
      const { term, seq, item } = message;
      this.#seq = seq;
      if (this.#state.at === "bridging") this.#state.bridge.add(item);
      else this.#take(item, { term, seq });
    } else if (message.seq > this.#seq) this.#ask();
  }

  #newLeader({ from, seq }: Lead): void {
    const { seen } = this.#tab;
    this.#seq = seq;
    if (seen.id === undefined) this.#join(from);
    const had = seen.id === undefined ? [] : seen.afterId(from);
    if (had) this.#follow(eventIds(had));
    else this.#ask();
  }

  #isAnswer({ to, ask }: Welcome): boolean {
    return to === this.#tab.id && this.#state.at === "asking" && ask === this.#state.ask;
  }

  #welcomed({ id, seq, items, found, base }: Welcome): void {
    const { seen } = this.#tab;
    this.#seq = seq;
    if (!found) {
      this.#welcomedFromAfar({ id, items, base });
      return;
    }
    if (seen.id === undefined && items.length === 0) this.#join(id);
    this.#follow([]);
    this.#takeAll(items);
  }

  /** Handles a welcome of a leader that does not know this tab's position. */
  #welcomedFromAfar({ id, items, base }: Pick<Welcome, "id" | "items" | "base">): void {
    const { seen } = this.#tab;
    // All items that the leader remembers are newer than this tab's position. If one of them has this tab's id, ids are not unique.
    const isSameTerm = seen.mark.term === this.#term;
    const isRepeated = items.some((item) => item.kind !== "gap" && item.id === seen.id);
    if (seen.id && !(isSameTerm && isRepeated)) {
      this.#bridge([{ kind: "cursor", id: base }, ...items]);
      return;
    }
    // Without a unique id, the tab cannot catch up.
    this.#follow([]);
    this.#take({ kind: "gap" });
    if (isSameTerm) this.#takeAll(items);
    else this.#join(id);
  }

  /** Adopts the leader's position. */
  #join(id: string): void {
    if (id === "") return;
    this.#tab.seen.jump(id);
    this.#tab.deliver({ kind: "cursor", id });
  }

  #bridge(known: readonly Item[]): void {
    const bridge = new Bridge(this.#tab, {
      onMet: (rest, had) => {
        this.#follow(had);
        this.#takeAll(rest);
      },
      onBroken: () => this.#ask(),
    });
    this.#enter({ at: "bridging", bridge });
    bridge.start(known);
  }

  #follow(had: readonly string[]): void {
    this.#enter({ at: "following", had });
    this.#setMark(had);
  }

  #takeAll(items: readonly Item[]): void {
    for (const item of items) this.#take(item);
  }

  /** @param mark the item's position, if it is known */
  #take(item: Item, mark?: Mark): void {
    if (this.#state.at !== "following") return;
    const { seen } = this.#tab;
    const { had } = this.#state;
    if (item.kind === "event") {
      const at = had.indexOf(item.id);
      this.#state.had = at === -1 ? [] : had.slice(at + 1);
      this.#setMark(this.#state.had);
      if (at !== -1) return;
    }
    // Until all events in `had` have passed, the leader's cursors are older than this tab's own.
    if (item.kind === "cursor" && had.length > 0) return;
    seen.take(item, mark);
    this.#tab.deliver(item);
  }

  /** Sets the position. A tab that is ahead of the leader has no position in its sequence, only an id. */
  #setMark(had: readonly string[]): void {
    this.#tab.seen.mark = had.length > 0 ? NOWHERE : { term: this.#term, seq: this.#seq };
  }

  #askAgain(since: number): void {
    if (this.#tab.world.elapsed() - since > UNHEARD_MS) this.#ask();
  }

  #ask(): void {
    const { world, seen, id } = this.#tab;
    const ask = this.#tab.nextAsk();
    this.#enter({ at: "asking", ask, since: world.elapsed() });
    const after = seen.id === undefined ? {} : { after: seen.id };
    this.#tab.post({ kind: "hello", tab: id, ask, ...after, ...seen.mark });
  }

  #enter(state: State): void {
    if (this.#state.at === "over") return;
    if (this.#state.at === "bridging") this.#state.bridge.stop();
    this.#state = state;
  }
}
