import type { HubUrl } from "../base/hub-url.ts";
import type { Matcher } from "../topics/matcher.ts";
import { topicKey } from "../topics/pattern/pattern.ts";
import type { Tail } from "../topics/pattern/pattern-component.ts";
import type { Topic } from "../topics/topic.ts";
import type { Audience } from "./audience.ts";
import { PrefixTree } from "./prefix-tree.ts";

/** The patterns with one literal prefix. Counts the patterns of each audience, by their tail. */
class Patterns {
  readonly prefix: string;
  readonly byTail: Readonly<Record<Tail | "other", Map<Audience, number>>> = {
    nothing: new Map(),
    segment: new Map(),
    anything: new Map(),
    other: new Map(),
  };

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get isEmpty(): boolean {
    return Object.values(this.byTail).every(({ size }) => size === 0);
  }

  /** Yields the audiences of the patterns that match, or may match. @param key a `topicKey` that begins with the prefix */
  *find(key: string): Generator<Found, void, void> {
    const { nothing, segment, anything, other } = this.byTail;
    const { length } = this.prefix;
    if (anything.size > 0) yield { audiences: anything, isSure: true };
    if (key.length === length && nothing.size > 0) yield { audiences: nothing, isSure: true };
    const isSegment = segment.size > 0 && key.length > length && key.indexOf("/", length) < 0;
    if (isSegment) yield { audiences: segment, isSure: true };
    if (other.size > 0) yield { audiences: other, isSure: false };
  }
}

/** Audiences that a topic concerns. */
export interface Found {
  readonly audiences: ReadonlySet<Audience> | ReadonlyMap<Audience, number>;
  /** False: the topic may concern the audiences, and each one has to check. */
  readonly isSure: boolean;
}

/** Finds the audiences of a topic: exact matchers by one lookup, patterns by their literal prefix. */
export class TopicIndex {
  readonly #hubUrl: HubUrl;
  readonly #toAll = new Set<Audience>();
  readonly #byTopic = new Map<string, Set<Audience>>();
  readonly #byPrefix = new Map<string, Patterns>();
  readonly #prefixes = new PrefixTree<Patterns>();

  constructor(hubUrl: HubUrl) {
    this.#hubUrl = hubUrl;
  }

  /** The audiences of every topic. */
  get toAll(): ReadonlySet<Audience> {
    return this.#toAll;
  }

  add(audience: Audience): void {
    for (const matcher of audience.matchers) {
      if (matcher.kind === "any") this.#toAll.add(audience);
      else if (matcher.kind === "pattern") this.#addPattern(matcher, audience);
      else {
        const audiences = this.#byTopic.get(matcher.match);
        if (audiences) audiences.add(audience);
        else this.#byTopic.set(matcher.match, new Set([audience]));
      }
    }
  }

  remove(audience: Audience): void {
    for (const matcher of audience.matchers) {
      if (matcher.kind === "any") this.#toAll.delete(audience);
      else if (matcher.kind === "pattern") this.#removePattern(matcher, audience);
      else {
        const audiences = this.#byTopic.get(matcher.match);
        audiences?.delete(audience);
        if (audiences?.size === 0) this.#byTopic.delete(matcher.match);
      }
    }
  }

  /** Finds the audiences of the topic, without the audiences of every topic (`toAll`). */
  *find(topic: Topic): Generator<Found, void, void> {
    const audiences = this.#byTopic.get(topic);
    if (audiences) yield { audiences, isSure: true };
    if (this.#byPrefix.size === 0) return;
    const key = topicKey(topic, this.#hubUrl);
    // Collects all results first: the tree may change before the caller asks for the next one.
    const found = key === undefined ? [] : [...this.#prefixes.find(key)];
    for (const patterns of found) yield* patterns.find(key ?? "");
  }

  #addPattern({ prefix, tail }: Matcher, audience: Audience): void {
    let patterns = this.#byPrefix.get(prefix);
    if (!patterns) {
      patterns = new Patterns(prefix);
      this.#byPrefix.set(prefix, patterns);
      this.#prefixes.add(prefix, patterns);
    }
    const counts = patterns.byTail[tail ?? "other"];
    counts.set(audience, (counts.get(audience) ?? 0) + 1);
  }

  #removePattern({ prefix, tail }: Matcher, audience: Audience): void {
    const patterns = this.#byPrefix.get(prefix);
    const counts = patterns?.byTail[tail ?? "other"];
    if (!patterns || !counts) return;
    const left = (counts.get(audience) ?? 1) - 1;
    if (left > 0) counts.set(audience, left);
    else counts.delete(audience);
    if (!patterns.isEmpty) return;
    this.#byPrefix.delete(prefix);
    this.#prefixes.delete(prefix, patterns);
  }
}
