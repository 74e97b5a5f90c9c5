import type { HubUrl } from "../base/hub-url.ts";
import { Slice } from "../base/turns.ts";
import { type Entry, START, toPosition } from "../log/log.ts";
import type { Matcher } from "../topics/matcher.ts";
import { Audience, type AudienceOptions } from "./audience.ts";
import { PageCache } from "./page-cache.ts";
import { type Found, TopicIndex } from "./topic-index.ts";

const CACHED_PAGES_BYTES = 32 * 1024 * 1024;
/** The number of entries in one round: their audiences are found first, then the entries are delivered. */
const ENTRIES_A_ROUND = 256;
/** The number of entries that may wait for delivery. Above it, publishers wait too. */
const MAX_PENDING = 1_000;
/** The number of steps between two looks at the clock. One step takes a few microseconds. */
const STEPS_A_LOOK = 8;

export interface AudiencesOptions
  extends Pick<AudienceOptions, "history" | "traffic" | "timers" | "heartbeatMs" | "onError"> {
  readonly url: HubUrl;
}

/** Finds the audiences of each entry, and delivers it to them, in order. Works a few milliseconds in each turn of the event loop. */
export class Audiences {
  readonly #options: AudiencesOptions;
  readonly #cache = new PageCache(CACHED_PAGES_BYTES);
  readonly #byKey = new Map<string, Audience>();
  readonly #ofUpdates: TopicIndex;
  /** The audiences with a reader of subscription events. These events are not matched for the others. */
  readonly #ofSubscriptions: TopicIndex;
  /** Deliveries under way; only the first may have begun. */
  readonly #deliveries: Iterator<void, void>[] = [];
  /** The number of entries that are not delivered yet. */
  #pending = 0;
  /** Publishers that wait until fewer entries are pending. */
  #waiting: (() => void)[] = [];

  constructor(options: AudiencesOptions) {
    this.#options = options;
    this.#ofUpdates = new TopicIndex(options.url);
    this.#ofSubscriptions = new TopicIndex(options.url);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Returns the audience of these matchers, in any order. Makes one if needed, and removes it when its last group is empty. */
  of(matchers: readonly Matcher[]): Audience {
    const different = new Map(matchers.map((matcher) => [matcher.key, matcher]));
    const key = [...different.keys()].sort().join("\n");
    const known = this.#byKey.get(key);
    if (known) return known;
    const audience = new Audience({
      ...this.#options,
      key,
      matchers: [...different.values()],
      cache: this.#cache,
      isSettled: () => this.#deliveries.length === 0,
      onWatch: (its, isWatching) => {
        if (isWatching) this.#ofSubscriptions.add(its);
        else this.#ofSubscriptions.remove(its);
      },
      onEmpty: (empty) => {
        this.#byKey.delete(empty.key);
        this.#ofUpdates.remove(empty);
      },
    });
    this.#byKey.set(key, audience);
    this.#ofUpdates.add(audience);
    return audience;
  }

  /** Delivers the entries to the audiences that match, after all earlier deliveries. Calls `onDone` when that is done. */
  deliver(entries: readonly [Entry, ...Entry[]], onDone: () => void): void {
    this.#pending += entries.length;
    this.#deliveries.push(this.#handOver(entries, onDone));
    if (this.#deliveries.length === 1) this.#run();
  }

  /** Resolves at once; if more than `MAX_PENDING` entries wait for delivery, resolves when fewer do. */
  async hasRoom(): Promise<void> {
    if (this.#pending <= MAX_PENDING) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Continues the deliveries for one slice of time, then schedules the rest in a later turn of the event loop. */
  #run(): void {
    const slice = new Slice(this.#options.timers);
    for (let steps = 1; ; steps += 1) {
      const [delivery] = this.#deliveries;
      if (!delivery) return;
      if (delivery.next().done) this.#deliveries.shift();
      else if (steps % STEPS_A_LOOK === 0 && slice.isOver) {
        setImmediate(() => this.#run());
        return;
      }
    }
  }

  /** Delivers the entries. Yields after every few microseconds of work. */
  *#handOver(entries: readonly Entry[], onDone: () => void): Generator<void, void, void> {
    for (let from = 0; from < entries.length; from += ENTRIES_A_ROUND) {
      const round = new Round();
      const its = entries.slice(from, from + ENTRIES_A_ROUND);
      for (const entry of its) yield* this.#find(entry, round);
      for (const [audience, concerning] of round.concerned) {
        try {
          audience.deliver(concerning);
        } catch (error) {
          // The other audiences still get their entries. This one gets its own with the next delivery.
          this.#options.onError(error);
        }
        yield;
      }
      const to = its[its.length - 1]?.position ?? START;
      for (const [audience, first] of round.looking) {
        audience.look(toPosition(first.position - 1), to);
        yield;
      }
      this.#pending -= its.length;
      if (this.#pending <= MAX_PENDING) for (const resume of this.#waiting.splice(0)) resume();
    }
    onDone();
  }

  *#find(entry: Entry, round: Round): Generator<void, void, void> {
    const index = entry.lane === "updates" ? this.#ofUpdates : this.#ofSubscriptions;
    round.add(entry, { audiences: index.toAll, isSure: true });
    for (const topic of entry.topics) {
      for (const found of index.find(topic)) {
        round.add(entry, found);
        yield;
      }
      yield;
    }
  }
}

/** The audiences that the entries of one round concern. */
class Round {
  /** The entries for each audience. */
  readonly concerned = new Map<Audience, [Entry, ...Entry[]]>();
  /** The audiences that have to call `look`, with the first entry that may concern each. */
  readonly looking = new Map<Audience, Entry>();
  /** Sets of audiences whose members all have to look already. */
  readonly #known = new Set<Found["audiences"]>();

  add(entry: Entry, { audiences, isSure }: Found): void {
    if (this.#known.has(audiences)) return;
    // A private entry proves nothing for the set: some of its audiences may have no right to read it.
    if (!isSure && !entry.private) this.#known.add(audiences);
    for (const audience of audiences.keys()) {
      if (!audience.mayRead(entry)) continue;
      if (audience.looks) {
        if (!this.looking.has(audience)) this.looking.set(audience, entry);
        continue;
      }
      const before = this.concerned.get(audience);
      if (before === undefined) this.concerned.set(audience, [entry]);
      // An entry is sent once to an audience that matches several of its topics.
      else if (before[before.length - 1] !== entry) before.push(entry);
    }
  }
}
