import { Audience } from "./audience.ts";
import type { Traffic } from "./connection.ts";
import type { History } from "./history.ts";
import type { Entry } from "./log/types.ts";
import type { Matcher } from "./matcher.ts";
import { PageCache } from "./page-cache.ts";
import type { Timers } from "./timers.ts";
import type { Topic } from "./topic.ts";

const CACHED_PAGES_BYTES = 32 * 1024 * 1024;
/** How many topics it is known of which patterns match them. */
const CACHED_TOPICS = 10_000;
/** Of all patterns together, in instructions of their automata: a new topic is held against each of them. */
const MAX_COST = 200_000;

/** A pattern that somebody listens with. */
interface Listened {
  readonly matcher: Matcher;
  /** Grows from pattern to pattern. */
  readonly since: number;
  readonly audiences: Set<Audience>;
}

/** Which patterns match a topic, of all that were there when it was last asked for. */
interface Known {
  asked: number;
  matching: Listened[];
}

export interface AudiencesOptions {
  readonly history: History;
  readonly traffic: Traffic;
  readonly timers: Timers;
  readonly heartbeatMs: number;
}

/**
 * Finds who listens to a topic. Exact matchers cost one look, however many there are; a pattern is tried once for each topic, as
 * long as both are remembered.
 */
export class Audiences {
  readonly #options: AudiencesOptions;
  readonly #cache = new PageCache(CACHED_PAGES_BYTES);
  readonly #byKey = new Map<string, Audience>();
  readonly #byTopic = new Map<string, Set<Audience>>();
  readonly #toAll = new Set<Audience>();
  readonly #byPattern = new Map<string, Listened>();
  /** The same in their order, with some that nobody listens with any more. */
  #patterns: Listened[] = [];
  /** The least recently asked for first. */
  readonly #known = new Map<Topic, Known>();
  #patternsSeen = 0;
  /** Of all patterns that are listened with. */
  #cost = 0;

  constructor(options: AudiencesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** Whether so many patterns are listened with that no more may be. */
  get isFull(): boolean {
    return this.#cost >= MAX_COST;
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
    const concerned = new Map<Audience, [Entry, ...Entry[]]>();
    for (const entry of entries) {
      this.#add(concerned, this.#toAll, entry);
      for (const topic of entry.topics) {
        this.#add(concerned, this.#byTopic.get(topic), entry);
        if (this.#byPattern.size === 0) continue;
        for (const { audiences } of this.#matching(topic)) this.#add(concerned, audiences, entry);
      }
    }
    for (const [audience, its] of concerned) audience.deliver(its);
  }

  #add(
    concerned: Map<Audience, [Entry, ...Entry[]]>,
    audiences: ReadonlySet<Audience> | undefined,
    entry: Entry,
  ): void {
    if (audiences === undefined) return;
    for (const audience of audiences) {
      const before = concerned.get(audience);
      if (before === undefined) concerned.set(audience, [entry]);
      // An alternate topic that the same audience matches makes no second event.
      else if (before[before.length - 1] !== entry) before.push(entry);
    }
  }

  #matching(topic: Topic): readonly Listened[] {
    const known = this.#known.get(topic) ?? { asked: 0, matching: [] };
    this.#known.delete(topic);
    this.#known.set(topic, known);
    if (known.asked < this.#patternsSeen) {
      known.matching = known.matching.filter(({ audiences }) => audiences.size > 0);
      for (let newest = this.#patterns.length - 1; newest >= 0; newest--) {
        const listened = this.#patterns[newest];
        if (listened === undefined || listened.since <= known.asked) break;
        const { matcher, audiences } = listened;
        if (audiences.size > 0 && matcher.matches(topic)) known.matching.push(listened);
      }
      known.asked = this.#patternsSeen;
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= CACHED_TOPICS) break;
      this.#known.delete(oldest);
    }
    return known.matching;
  }

  #drop(audience: Audience): void {
    this.#byKey.delete(audience.key);
    for (const matcher of audience.matchers) this.#unlisten(audience, matcher);
  }

  #listen(audience: Audience, matcher: Matcher): void {
    if (matcher.kind === "any") this.#toAll.add(audience);
    else if (matcher.kind === "exact") {
      const listening = this.#byTopic.get(matcher.match);
      if (listening) listening.add(audience);
      else this.#byTopic.set(matcher.match, new Set([audience]));
    } else {
      const listened = this.#byPattern.get(matcher.key);
      if (listened) listened.audiences.add(audience);
      else {
        this.#cost += matcher.cost;
        this.#patternsSeen += 1;
        const since = this.#patternsSeen;
        const first = { matcher, since, audiences: new Set([audience]) };
        this.#byPattern.set(matcher.key, first);
        this.#patterns.push(first);
      }
    }
  }

  #unlisten(audience: Audience, matcher: Matcher): void {
    if (matcher.kind === "any") this.#toAll.delete(audience);
    else if (matcher.kind === "exact") {
      const listening = this.#byTopic.get(matcher.match);
      listening?.delete(audience);
      if (listening?.size === 0) this.#byTopic.delete(matcher.match);
    } else {
      const listened = this.#byPattern.get(matcher.key);
      listened?.audiences.delete(audience);
      // What topics still know of it is an empty set, until they are asked again.
      if (listened?.audiences.size !== 0) return;
      this.#byPattern.delete(matcher.key);
      this.#cost -= matcher.cost;
      if (this.#patterns.length > 2 * this.#byPattern.size + 100) {
        this.#patterns = [...this.#byPattern.values()];
      }
    }
  }
}
