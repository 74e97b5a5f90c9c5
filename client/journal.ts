import type { StreamEvent } from "./base/feed.ts";
import type { EventStreamOptions } from "./base/options.ts";
import { type Entry, type EntryKind, MISSING, type Snapshot } from "./base/snapshot.ts";
import type { World } from "./base/world.ts";
import { EntryList } from "./entry-list.ts";
import { type Folding, foldingOf } from "./folding.ts";
import { RateMeter, SECONDS } from "./rate-meter.ts";

const NO_RATES: readonly number[] = Object.freeze(new Array<number>(SECONDS).fill(0));

type Told = "status" | "closesAt" | "kept";

/** All that a stream has delivered: its entries, the folded state, the counts, the rate and the last id. */
export class Journal<T, S> {
  readonly #world: World;
  readonly #onChange: () => void;
  readonly #folding: Folding<T, S>;
  readonly #list: EntryList<T>;
  readonly #meter = new RateMeter();
  #state: S;
  #lastEventId: string | undefined;
  #gaps = 0;

  /** @param onChange called after each visible change */
  constructor(world: World, options: EventStreamOptions<T, S>, onChange: () => void) {
    this.#world = world;
    this.#onChange = onChange;
    this.#folding = foldingOf(options);
    this.#list = new EntryList(options.keep);
    this.#state = this.#folding.initial;
    this.#lastEventId = options.lastEventId;
  }

  /** The id to resume after. */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  insert(kind: EntryKind, text: string, more: Partial<Entry<T>> = {}): void {
    this.#list.add({ kind, text, at: this.#world.now(), ...more });
    this.#onChange();
  }

  event(event: StreamEvent): void {
    const { id, type, data } = event;
    this.#meter.count(this.#world.elapsed());
    if (id !== "") this.#lastEventId = id;
    const more = { ...(id === "" ? {} : { id }), ...(type === "message" ? {} : { type }) };
    const reading = this.#folding.read(data);
    if (!reading.ok) {
      this.insert("invalid", data, { ...more, detail: reading.why });
      return;
    }
    const { value } = reading;
    this.insert("message", data, value === undefined ? more : { ...more, value });
    try {
      this.#state = this.#folding.reduce(this.#state, event, value);
    } catch (error) {
      // The error is the app's own, and the app has to see it. The stream continues with the state as it was.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  cursor(id: string): void {
    this.#lastEventId = id;
    this.#onChange();
  }

  gap(): void {
    this.#gaps += 1;
    this.insert("gap", MISSING);
  }

  pause(): void {
    this.#list.pause();
    this.#onChange();
  }

  resume(): void {
    this.#list.resume();
    this.#onChange();
  }

  clear(): void {
    this.#list.clear();
    this.#onChange();
  }

  /** @param endedAt when the stream was closed, on the monotonic clock; undefined: it is open */
  view(endedAt: number | undefined): Omit<Snapshot<T, S>, Told> {
    const now = endedAt ?? this.#world.elapsed();
    return {
      ...this.#list.view(),
      state: this.#state,
      lastEventId: this.#lastEventId,
      gaps: this.#gaps,
      events: this.#meter.total,
      rate: endedAt === undefined ? this.#meter.rate(now) : 0,
      rates: this.#meter.total === 0 ? NO_RATES : this.#meter.rates(now),
    };
  }
}
