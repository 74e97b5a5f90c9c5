import type { Audience } from "./audience.ts";
import type { Lane } from "./log/types.ts";
import type { Matcher } from "./matcher.ts";
import type { Topic } from "./topic.ts";

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
  /** Theirs, each once, as of `version`. */
  audiences: readonly Audience[];
  version: number;
}

/** What is remembered of topics: each counts as `TOPIC`, and so does each pattern that matches it, as one. */
const MAX_KNOWN = 200_000;
const TOPIC = 10;

/** The patterns that are listened with. Each is tried once on a topic, as long as both are remembered. */
export class ListenedPatterns {
  readonly #byKey = new Map<string, Listened>();
  /** In their order, with some that nobody listens with any more. */
  #inOrder: Listened[] = [];
  #newest = 0;
  /** Grows with each change of who listens. */
  #version = 0;
  #cost = 0;
  /** The least recently asked for first. */
  readonly #known = new Map<Topic, Known>();
  #knownSize = 0;

  get size(): number {
    return this.#byKey.size;
  }

  /** Of all of them together, in instructions. */
  get cost(): number {
    return this.#cost;
  }

  add(matcher: Matcher, audience: Audience): void {
    this.#version += 1;
    const listened = this.#byKey.get(matcher.key);
    if (listened) {
      listened.audiences.add(audience);
      return;
    }
    this.#newest += 1;
    this.#cost += matcher.cost;
    const first = { matcher, since: this.#newest, audiences: new Set([audience]) };
    this.#byKey.set(matcher.key, first);
    this.#inOrder.push(first);
  }

  remove(matcher: Matcher, audience: Audience): void {
    this.#version += 1;
    const listened = this.#byKey.get(matcher.key);
    listened?.audiences.delete(audience);
    // What topics still know of it is an empty set, until they are asked for again.
    if (listened?.audiences.size !== 0) return;
    this.#byKey.delete(matcher.key);
    this.#cost -= matcher.cost;
    if (this.#inOrder.length > 2 * this.#byKey.size + 100) {
      this.#inOrder = [...this.#byKey.values()];
    }
  }

  /** Whose patterns match the topic, each once. */
  audiencesOf(topic: Topic, lane: Lane): readonly Audience[] {
    // Each subscription has a topic of its own, asked for twice in its life: they are not remembered.
    if (lane === "subscriptions") {
      return audiencesIn(this.#matching(topic, 0, ({ mayMatchReserved }) => mayMatchReserved));
    }
    const known = this.#know(topic);
    if (known.version !== this.#version) {
      known.matching = [
        ...known.matching.filter(({ audiences }) => audiences.size > 0),
        ...this.#matching(topic, known.asked, () => true),
      ];
      known.asked = this.#newest;
      known.audiences = audiencesIn(known.matching);
      known.version = this.#version;
    }
    this.#remember(topic, known);
    return known.audiences;
  }

  /** Those that match, of all that came after. */
  #matching(topic: Topic, since: number, isAsked: (matcher: Matcher) => boolean): Listened[] {
    const matching: Listened[] = [];
    for (let index = this.#inOrder.length - 1; index >= 0; index--) {
      const listened = this.#inOrder[index];
      if (listened === undefined || listened.since <= since) break;
      const { matcher, audiences } = listened;
      if (audiences.size > 0 && isAsked(matcher) && matcher.matches(topic)) matching.push(listened);
    }
    return matching;
  }

  /** Takes it out, to be put back as the one asked for last. */
  #know(topic: Topic): Known {
    const known = this.#known.get(topic);
    if (known === undefined) return { asked: 0, matching: [], audiences: [], version: -1 };
    this.#known.delete(topic);
    this.#knownSize -= sizeOf(known);
    return known;
  }

  #remember(topic: Topic, known: Known): void {
    this.#known.set(topic, known);
    this.#knownSize += sizeOf(known);
    for (const [oldest, its] of this.#known) {
      if (this.#knownSize <= MAX_KNOWN) return;
      this.#known.delete(oldest);
      this.#knownSize -= sizeOf(its);
    }
  }
}

function sizeOf({ matching, audiences }: Known): number {
  return TOPIC + matching.length + audiences.length;
}

function audiencesIn(patterns: readonly Listened[]): readonly Audience[] {
  const all = new Set<Audience>();
  for (const { audiences } of patterns) for (const audience of audiences) all.add(audience);
  return [...all];
}
