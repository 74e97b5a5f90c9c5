import { Audience } from "./audience.ts";
import type { Traffic } from "./connection.ts";
import type { History } from "./history.ts";
import { ListenedPatterns } from "./listened-patterns.ts";
import type { Entry } from "./log/types.ts";
import type { Matcher } from "./matcher.ts";
import { PageCache } from "./page-cache.ts";
import type { Timers } from "./timers.ts";

const CACHED_PAGES_BYTES = 32 * 1024 * 1024;
/** Of all patterns together, in instructions of their automata: a new topic is held against each of them. */
const MAX_COST = 200_000;

export interface AudiencesOptions {
  readonly history: History;
  readonly traffic: Traffic;
  readonly timers: Timers;
  readonly heartbeatMs: number;
  /** Delivering to one audience failed: the others have theirs, and it has it with the next delivery. */
  readonly onError: (error: unknown) => void;
}

/** What each audience gets of a delivery. */
type Concerned = Map<Audience, [Entry, ...Entry[]]>;

/** Finds who listens to a topic. Exact matchers cost one look, however many there are. */
export class Audiences {
  readonly #options: AudiencesOptions;
  readonly #cache = new PageCache(CACHED_PAGES_BYTES);
  readonly #byKey = new Map<string, Audience>();
  readonly #byTopic = new Map<string, Set<Audience>>();
  readonly #toAll = new Set<Audience>();
  readonly #patterns = new ListenedPatterns();

  constructor(options: AudiencesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Whether so many patterns are listened with that no more may be. */
  get isFull(): boolean {
    return this.#patterns.cost >= MAX_COST;
  }

  /** The audience of these matchers, whatever their order. A new one is forgotten when its last group is empty. */
  of(matchers: readonly Matcher[]): Audience {
    const different = new Map(matchers.map((matcher) => [matcher.key, matcher]));
    const key = [...different.keys()].sort().join("\n");
    const known = this.#byKey.get(key);
    if (known) return known;
    const audience = new Audience({
      key,
      matchers: [...different.values()],
      cache: this.#cache,
      onEmpty: (empty) => this.#drop(empty),
      ...this.#options,
    });
    this.#byKey.set(key, audience);
    for (const matcher of audience.matchers) this.#listen(audience, matcher);
    return audience;
  }

  /** Hands each audience what concerns it, in order. */
  deliver(entries: readonly [Entry, ...Entry[]]): void {
    const concerned: Concerned = new Map();
    for (const entry of entries) {
      add(concerned, this.#toAll, entry);
      for (const topic of entry.topics) {
        add(concerned, this.#byTopic.get(topic), entry);
        if (this.#patterns.size > 0) {
          add(concerned, this.#patterns.audiencesOf(topic, entry.lane), entry);
        }
      }
    }
    for (const [audience, its] of concerned) {
      try {
        audience.deliver(its);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }

  #drop(audience: Audience): void {
    this.#byKey.delete(audience.key);
    for (const matcher of audience.matchers) this.#unlisten(audience, matcher);
  }

  #listen(audience: Audience, matcher: Matcher): void {
    if (matcher.kind === "any") this.#toAll.add(audience);
    else if (matcher.kind === "pattern") this.#patterns.add(matcher, audience);
    else {
      const listening = this.#byTopic.get(matcher.match);
      if (listening) listening.add(audience);
      else this.#byTopic.set(matcher.match, new Set([audience]));
    }
  }

  #unlisten(audience: Audience, matcher: Matcher): void {
    if (matcher.kind === "any") this.#toAll.delete(audience);
    else if (matcher.kind === "pattern") this.#patterns.remove(matcher, audience);
    else {
      const listening = this.#byTopic.get(matcher.match);
      listening?.delete(audience);
      if (listening?.size === 0) this.#byTopic.delete(matcher.match);
    }
  }
}

function add(concerned: Concerned, audiences: Iterable<Audience> | undefined, entry: Entry): void {
  if (audiences === undefined) return;
  for (const audience of audiences) {
    const before = concerned.get(audience);
    if (before === undefined) concerned.set(audience, [entry]);
    // An alternate topic that the same audience matches makes no second event.
    else if (before[before.length - 1] !== entry) before.push(entry);
  }
}
