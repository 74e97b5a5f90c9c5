import type { HubUrl } from "../base/hub-url.ts";
import { Slice } from "../base/turns.ts";
import { type Entry, START, toPosition } from "../log/log.ts";
import type { Matcher } from "../topics/matcher.ts";
import { Audience, type AudienceOptions } from "./audience.ts";
import { PageCache } from "./page-cache.ts";
import { type Found, TopicIndex } from "./topic-index.ts";

const CACHED_PAGES_BYTES = 32 * 1024 * 1024;
/** Entries whose audiences are found before those get them. */
const ENTRIES_A_ROUND = 256;
/** Beyond so many entries that wait for their audiences, publishers wait too. */
const MAX_PENDING = 1_000;
/** The clock is asked once for so many steps, each of them some microseconds. */
const STEPS_A_LOOK = 8;

export interface AudiencesOptions
  extends Pick<AudienceOptions, "history" | "traffic" | "timers" | "heartbeatMs" | "onError"> {
  readonly url: HubUrl;
}

/** Finds the audiences of each delivered entry, and hands it to them: in order, and a few milliseconds a turn of the event loop. */
export class Audiences {
  readonly #options: AudiencesOptions;
  readonly #cache = new PageCache(CACHED_PAGES_BYTES);
  readonly #byKey = new Map<string, Audience>();
  readonly #ofUpdates: TopicIndex;
  /** Those who may read subscription events: for the others they are not matched. */
  readonly #ofSubscriptions: TopicIndex;
  /** Deliveries under way, the first of them begun. */
  readonly #deliveries: Iterator<void, void>[] = [];
  /** Entries that were not handed over yet. */
  #pending = 0;
  /** Publishers that wait until fewer are. */
  #waiting: (() => void)[] = [];

  constructor(options: AudiencesOptions) {
    this.#options = options;
    this.#ofUpdates = new TopicIndex(options.url);
    this.#ofSubscriptions = new TopicIndex(options.url);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The audience of these matchers, whatever their order. A new one is forgotten when its last group is empty. */
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

  /** Hands each audience what concerns it, behind all that was delivered before, and calls back when that is done. */
  deliver(entries: readonly [Entry, ...Entry[]], onDone: () => void): void {
    this.#pending += entries.length;
    this.#deliveries.push(this.#handOver(entries, onDone));
    if (this.#deliveries.length === 1) this.#run();
  }

  /** Resolves at once, unless so much is under way that publishers have to wait. */
  async hasRoom(): Promise<void> {
    if (this.#pending <= MAX_PENDING) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Goes on with what is under way, and in a later turn with what is left. */
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

  /** Stops after every few microseconds of work. */
  *#handOver(entries: readonly Entry[], onDone: () => void): Generator<void, void, void> {
    for (let from = 0; from < entries.length; from += ENTRIES_A_ROUND) {
      const round = new Round();
      const its = entries.slice(from, from + ENTRIES_A_ROUND);
      for (const entry of its) yield* this.#find(entry, round);
      for (const [audience, concerning] of round.concerned) {
        try {
          audience.deliver(concerning);
        } catch (error) {
          // The others have theirs, and it has its own with the next delivery.
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

/** The audiences that some entries concern. */
class Round {
  /** By audience, the entries that concern it. */
  readonly concerned = new Map<Audience, [Entry, ...Entry[]]>();
  /** By audience that has to look, the first entry that may concern it. */
  readonly looking = new Map<Audience, Entry>();
  /** Audiences that all look already. */
  readonly #known = new Set<Found["audiences"]>();

  add(entry: Entry, { audiences, isSure }: Found): void {
    if (this.#known.has(audiences)) return;
    // There may be audiences that may not read a private one.
    if (!isSure && !entry.private) this.#known.add(audiences);
    for (const audience of audiences.keys()) {
      if (!audience.mayRead(entry)) continue;
      if (audience.looks) {
        if (!this.looking.has(audience)) this.looking.set(audience, entry);
        continue;
      }
      const before = this.concerned.get(audience);
      if (before === undefined) this.concerned.set(audience, [entry]);
      // An alternate topic that the same audience matches makes no second event.
      else if (before[before.length - 1] !== entry) before.push(entry);
    }
  }
}
