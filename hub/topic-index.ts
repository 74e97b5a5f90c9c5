import type { Audience } from "./audience.ts";
import type { HubUrl } from "./hub-url.ts";
import type { Matcher } from "./matcher.ts";
import { topicKey } from "./pattern.ts";
import { PrefixTree } from "./prefix-tree.ts";
import type { Topic } from "./topic.ts";

/** A pattern, and the audiences that subscribe with it. */
interface Listened {
  readonly matcher: Matcher;
  readonly audiences: Set<Audience>;
}

/** Patterns that are tried between two stops: some twenty microseconds. */
const PATTERNS_A_STEP = 256;

/** The length of the topics whose audiences are remembered, all together, in UTF-16 code units. */
const MAX_REMEMBERED = 2 ** 20;

/** Finds the audiences of a topic: exact matchers by one look, patterns by their literal prefix. */
export class TopicIndex {
  readonly #hubUrl: HubUrl;
  readonly #toAll = new Set<Audience>();
  readonly #byTopic = new Map<string, Set<Audience>>();
  readonly #byKey = new Map<string, Listened>();
  readonly #patterns = new PrefixTree<Listened>();
  /** The audiences found for topics, until the next change. */
  readonly #remembered = new Map<Topic, readonly Audience[]>();
  #rememberedLength = 0;
  /** Grows with each change of the patterns. */
  #version = 0;

  constructor(hubUrl: HubUrl) {
    this.#hubUrl = hubUrl;
  }

  add(audience: Audience): void {
    for (const matcher of audience.matchers) {
      if (matcher.kind === "any") this.#toAll.add(audience);
      else if (matcher.kind === "pattern") this.#addPattern(matcher, audience);
      else {
        const listening = this.#byTopic.get(matcher.match);
        if (listening) listening.add(audience);
        else this.#byTopic.set(matcher.match, new Set([audience]));
      }
    }
  }

  remove(audience: Audience): void {
    for (const matcher of audience.matchers) {
      if (matcher.kind === "any") this.#toAll.delete(audience);
      else if (matcher.kind === "pattern") this.#removePattern(matcher, audience);
      else {
        const listening = this.#byTopic.get(matcher.match);
        listening?.delete(audience);
        if (listening?.size === 0) this.#byTopic.delete(matcher.match);
      }
    }
  }

  /** The audiences that get every update. */
  get toAll(): Iterable<Audience> {
    return this.#toAll;
  }

  /** The audiences that subscribe to the topic as it is. */
  exactly(topic: Topic): Iterable<Audience> {
    return this.#byTopic.get(topic) ?? [];
  }

  /**
   * Finds the audiences whose patterns match the topic, or may match where an automaton decides (`Matcher.mayMatch`). Stops after every
   * few microseconds of work, so that its caller can go on in a later turn of the event loop.
   */
  *byPattern(topic: Topic): Generator<void, readonly Audience[], void> {
    if (this.#byKey.size === 0) return [];
    const remembered = this.#remembered.get(topic);
    if (remembered) return remembered;
    const version = this.#version;
    const key = topicKey(topic, this.#hubUrl);
    // All at once: the tree may change while this stops.
    const candidates = key === undefined ? [] : [...this.#patterns.find(key)];
    const found = new Set<Audience>();
    for (const [index, { matcher, audiences }] of candidates.entries()) {
      if (index % PATTERNS_A_STEP === PATTERNS_A_STEP - 1) yield;
      if (matcher.cost > 0 || matcher.matches(topic)) {
        for (const audience of audiences) found.add(audience);
      }
    }
    const audiences = [...found];
    if (version === this.#version) this.#remember(topic, audiences);
    return audiences;
  }

  #addPattern(matcher: Matcher, audience: Audience): void {
    const listened = this.#byKey.get(matcher.key) ?? { matcher, audiences: new Set() };
    if (listened.audiences.size === 0) {
      this.#byKey.set(matcher.key, listened);
      this.#patterns.add(matcher.prefix, listened);
    }
    listened.audiences.add(audience);
    this.#forget();
  }

  #removePattern(matcher: Matcher, audience: Audience): void {
    const listened = this.#byKey.get(matcher.key);
    listened?.audiences.delete(audience);
    if (listened?.audiences.size === 0) {
      this.#byKey.delete(matcher.key);
      this.#patterns.delete(matcher.prefix, listened);
    }
    this.#forget();
  }

  #remember(topic: Topic, audiences: readonly Audience[]): void {
    const length = topic.length + audiences.length;
    if (this.#rememberedLength + length > MAX_REMEMBERED) this.#forget();
    this.#remembered.set(topic, audiences);
    this.#rememberedLength += length;
  }

  #forget(): void {
    this.#version += 1;
    this.#remembered.clear();
    this.#rememberedLength = 0;
  }
}
