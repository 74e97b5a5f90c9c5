import type { Feed } from "../base/feed.ts";
import { type Item, itemHandlers } from "./item.ts";
import type { Hello, Standing, TabMessage } from "./messages.ts";
import type { Tab } from "./tab.ts";
import type { Term } from "./term.ts";

/** The one tab that has the connection, and posts everything that arrives to all others. */
export class Leader {
  readonly #tab: Tab;
  readonly #term: Term;
  readonly #feed: Feed;
  #seq = 0;
  #standing: Standing = { status: { state: "connecting" } };

  constructor(tab: Tab, term: Term) {
    this.#tab = tab;
    this.#term = term;
    this.#feed = tab.open({
      ...itemHandlers((item) => this.#brought(item)),
      onStatus: (status) => {
        // The reason of a loss is kept until the connection is open again.
        const { loss } = status.state === "open" ? {} : this.#standing;
        this.#stand({ status, ...(loss === undefined ? {} : { loss }) });
      },
      // The status reports it already.
      onOpen: () => {},
      onLoss: (loss) => this.#stand({ ...this.#standing, loss }),
    });
  }

  /** Connects, and resumes after this tab's last id. */
  start(): void {
    const { seen } = this.#tab;
    const after = seen.id ?? "";
    seen.mark = { term: this.#term, seq: 0 };
    this.#tab.post({
      kind: "lead",
      term: this.#term,
      seq: 0,
      from: after,
      standing: this.#standing,
    });
    this.#feed.start(after === "" ? undefined : after);
  }

  stop(): void {
    this.#feed.stop();
  }

  hurry(): void {
    this.#feed.hurry();
  }

  heard(message: TabMessage): void {
    if (message.kind === "hello") {
      this.#answer(message);
      return;
    }
    if (message.kind === "hurry") this.#feed.hurry();
    this.#stand(this.#standing);
  }

  #brought(item: Item): void {
    this.#seq += 1;
    const place = { term: this.#term, seq: this.#seq };
    this.#tab.seen.take(item, place);
    this.#tab.seen.mark = place;
    this.#tab.post({ kind: "item", ...place, item });
    this.#tab.deliver(item);
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.#tab.post({ kind: "standing", term: this.#term, seq: this.#seq, standing });
    this.#tab.teller.tell(standing);
  }

  #answer(hello: Hello): void {
    const { seen } = this.#tab;
    const known = this.#itemsFor(hello);
    this.#tab.post({
      kind: "welcome",
      term: this.#term,
      seq: this.#seq,
      to: hello.tab,
      ask: hello.ask,
      standing: this.#standing,
      id: seen.id ?? "",
      found: known !== undefined,
      items: known ?? seen.items,
      base: seen.base,
    });
  }

  #itemsFor({ after, term, seq }: Hello): Item[] | undefined {
    const { seen } = this.#tab;
    const known = seen.afterMark({ term, seq });
    // If this leadership has forgotten the position, an id cannot find it either.
    if (known !== undefined || term === this.#term) return known;
    return after === undefined ? [] : seen.afterId(after);
  }
}
