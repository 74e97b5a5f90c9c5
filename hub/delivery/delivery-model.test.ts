import fc from "fast-check";
import { expect, test } from "vitest";
import type { Access } from "../auth/access.ts";
import type { Hub } from "../hub.ts";
import type { Entry, Lane, Listener, Page, Position, ReadRequest, Retention } from "../log/log.ts";
import { MemoryLog } from "../log/memory.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { ListSink } from "../testing/list-sink.ts";
import { HUB_URL, testHub } from "../testing/test-hub.ts";
import { type Matcher, parseMatcher } from "../topics/matcher.ts";
import { parseUpdate } from "../topics/update.ts";
import type { Chunk } from "../wire/encode.ts";

const TOPICS = ["a", "b", "https://example.com/1", "https://example.com/2"];
const SUBSCRIPTIONS = "/.well-known/mercure/subscriptions/";

/** The matchers of subscriptions and grants, each with a second, simpler implementation. */
const MATCHERS: readonly { matcher: Matcher; matches(topic: string): boolean }[] = [
  { matcher: matcher("exact", "*"), matches: () => true },
  { matcher: matcher("exact", "a"), matches: (topic) => topic === "a" },
  { matcher: matcher("exact", "b"), matches: (topic) => topic === "b" },
  {
    matcher: matcher("urlpattern", "https://example.com/:id"),
    matches: (topic) => topic.startsWith("https://example.com/"),
  },
  // This pattern needs an automaton.
  {
    matcher: matcher("urlpattern", "https://example.com/(1|x\\d+)"),
    matches: (topic) => topic === "https://example.com/1",
  },
  {
    matcher: matcher("urlpattern", `${SUBSCRIPTIONS}:type/:match/:subscriber`),
    matches: (topic) => topic.startsWith(SUBSCRIPTIONS),
  },
];

function matcher(type: "exact" | "urlpattern", match: string): Matcher {
  const parsed = parseMatcher(type, match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

/** Indexes of `MATCHERS`. */
type Matchers = readonly number[];

const matchesAny = (matchers: Matchers, { topics }: Entry): boolean =>
  matchers.some((index) => topics.some((topic) => MATCHERS[index]?.matches(topic)));

/** A clock on which each read takes a millisecond, so that reads of history end early. */
class HurriedTimers extends FakeTimers {
  #looks = 0;
  override elapsed(): number {
    this.#looks += 1;
    return super.elapsed() + this.#looks;
  }
}

/** A log that records every entry that it reported, and answers reads some turns of the event loop late. */
class RecordedLog extends MemoryLog {
  readonly told: Entry[] = [];
  readLate = 0;
  reads = 0;

  override tail(listener: Listener): void {
    super.tail((entries, takenAt) => {
      this.told.push(...entries);
      listener(entries, takenAt);
    });
  }

  floors(): Record<Lane, Position> {
    return { updates: this.floor("updates"), subscriptions: this.floor("subscriptions") };
  }

  override async read(request: ReadRequest): Promise<Page> {
    this.reads += 1;
    const page = await super.read(request);
    await turns(this.readLate);
    return page;
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
}

/** A sink that records the log's floors at each write. */
class NotingSink extends ListSink {
  readonly floors: Record<Lane, Position>[] = [];
  readonly #log: RecordedLog;

  constructor(log: RecordedLog) {
    super();
    this.#log = log;
  }

  override write(chunk: Chunk): boolean {
    this.floors.push(this.#log.floors());
    return super.write(chunk);
  }
}

interface Reader {
  readonly sink: NotingSink;
  readonly listens: Matchers;
  readonly granted: Matchers;
  /** The position to resume after; undefined: the id was unknown. */
  readonly after: number | undefined;
  /** The floors of the log when the reader asked for `earliest`; otherwise 0. */
  readonly letGo: Record<Lane, number>;
}

/** Returns the id with which a client would resume after this text. */
const lastIdIn = (text: string): string | undefined =>
  [...text.matchAll(/^id:(.+)$/gm)].at(-1)?.[1];

/**
 * Reads a stream as a client does, and compares it with every entry that the log reported. Each entry that the reader may see arrived
 * once, in order. A missing entry was trimmed by the log, and a gap event stands in its place. An id is never ahead of the entries
 * that have arrived.
 */
function checkStream(
  log: RecordedLog,
  { sink, listens, granted, after, letGo }: Reader,
  isQuiet: boolean,
) {
  const positions = new Map<string, number>();
  for (let position = 0; position <= log.last; position += 1) {
    positions.set(log.cursor(position as Position), position);
  }
  const visible = log.told.filter(
    (entry) => matchesAny(listens, entry) && (!entry.private || matchesAny(granted, entry)),
  );
  const byFrame = new Map(visible.map((entry) => [text(entry.frame), entry]));
  let seen = after ?? 0;
  let excused = letGo;
  const cameTo = (position: number, what: string) => {
    const missing = visible.filter(
      (entry) =>
        entry.position > seen && entry.position < position && entry.position > excused[entry.lane],
    );
    const names = missing.map((entry) => `${entry.lane} ${entry.position}`);
    expect(names, `missing after ${seen} and before ${what}`).toEqual([]);
  };
  for (const [index, chunk] of sink.chunks.entries()) {
    for (const block of text(chunk).split(/(?<=\n\n)/)) {
      const id = lastIdIn(block);
      if (id === undefined) continue;
      if (/^event:runnel:gap$/m.test(block)) {
        const floors = sink.floors[index] ?? excused;
        if (after !== undefined) {
          expect(
            Math.max(floors.updates, floors.subscriptions),
            "a gap for nothing",
          ).toBeGreaterThan(seen);
        }
        excused = floors;
        seen = Math.max(seen, positions.get(id) ?? 0);
      } else if (/^data:/m.test(block)) {
        const entry = byFrame.get(block);
        expect(entry, `not for this reader: ${block.slice(0, 200)}`).toBeDefined();
        if (!entry) return;
        expect(entry.position, "twice, or out of order").toBeGreaterThan(seen);
        cameTo(entry.position, `${entry.lane} ${entry.position}`);
        seen = entry.position;
      } else {
        const position = id === "earliest" ? 0 : (positions.get(id) ?? -1);
        expect(position, "an id that goes back").toBeGreaterThanOrEqual(seen);
        cameTo(position + 1, `the id of ${position}`);
        seen = position;
      }
    }
  }
  if (isQuiet) cameTo(log.last + 1, "the end");
}

const decoder = new TextDecoder();
const text = ({ bytes }: Chunk): string => decoder.decode(bytes);

type From = "now" | "earliest" | "unheard of" | "where another stream ended";

type Step =
  | {
      do: "publish";
      updates: { topics: number[]; private: boolean; length: number; crowd: boolean }[];
    }
  | { do: "join"; listens: number[]; granted: number[]; from: From; which: number }
  | { do: "stall" | "take one" | "take all" | "leave"; which: number }
  | { do: "turns"; count: number }
  | { do: "read late"; turns: number }
  | { do: "wait"; ms: number }
  | { do: "trim" }
  | { do: "restart" };

const someMatchers = (minLength: number) =>
  fc.uniqueArray(fc.nat(MATCHERS.length - 1), { minLength, maxLength: 2 });
const which = fc.nat(20);
const step = <T>(weight: number, fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(fields) as fc.Arbitrary<T>,
});
type Handle = Extract<Step, { which: number }> & {
  do: "stall" | "take one" | "take all" | "leave";
};
type Of<D extends Step["do"]> = Extract<Step, { do: D }>;

const aStep: fc.Arbitrary<Step> = fc.oneof(
  step<Of<"publish">>(8, {
    do: fc.constant("publish"),
    updates: fc.array(
      fc.record({
        topics: fc.uniqueArray(fc.nat(TOPICS.length - 1), { minLength: 1, maxLength: 2 }),
        private: fc.boolean(),
        length: fc.constantFrom(0, 0, 0, 20_000, 70_000),
        crowd: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  step<Of<"join">>(4, {
    do: fc.constant("join"),
    listens: someMatchers(1),
    granted: someMatchers(0),
    from: fc.constantFrom("now", "earliest", "unheard of", "where another stream ended"),
    which,
  }),
  step<Handle>(6, { do: fc.constantFrom("stall", "take one", "take all", "leave"), which }),
  step<Of<"turns">>(4, { do: fc.constant("turns"), count: fc.nat(4) }),
  step<Of<"read late">>(1, { do: fc.constant("read late"), turns: fc.nat(2) }),
  step<Of<"wait">>(2, { do: fc.constant("wait"), ms: fc.constantFrom(100, 16_000) }),
  step<Of<"trim">>(1, { do: fc.constant("trim") }),
  step<Of<"restart">>(1, { do: fc.constant("restart") }),
);

class World {
  readonly timers = new HurriedTimers();
  readonly log: RecordedLog;
  readonly #recent: Retention;
  readonly #joining: Promise<void>[] = [];
  #hub: Hub;
  #open: Reader[] = [];
  #over: Reader[] = [];
  #published = 0;

  constructor(retention: Retention, recent: Retention) {
    this.#recent = recent;
    this.log = new RecordedLog({ retention, timers: this.timers });
    this.#hub = this.#newHub();
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "publish":
        // Not awaited: the next steps run while it is under way.
        void this.#publish(step);
        return;
      case "join":
        this.#joining.push(this.#join(step));
        return;
      case "turns":
        return turns(step.count);
      case "read late":
        this.log.readLate = step.turns;
        return;
      case "wait":
        return this.timers.advance(step.ms);
      case "trim":
        return this.log.trim();
      case "restart":
        return this.#restart();
    }
    const reader = this.#open[step.which % this.#open.length];
    if (!reader) return;
    const { sink } = reader;
    if (step.do === "stall") sink.full = true;
    else if (step.do === "leave") this.#leave(reader);
    else {
      sink.full = step.do === "take one";
      sink.owner?.drained();
    }
  }

  /** Lets all work finish, lets every reader read to the end and leave, and checks each stream. */
  async end(): Promise<void> {
    await this.#restart();
    for (const reader of this.#over) checkStream(this.log, reader, false);
  }

  async #restart(): Promise<void> {
    await Promise.all(this.#joining.splice(0));
    await turns(2);
    for (const { sink } of this.#open) {
      sink.full = false;
      sink.owner?.drained();
    }
    await this.#settle();
    for (const reader of this.#open) checkStream(this.log, reader, true);
    while (this.#open[0]) this.#leave(this.#open[0]);
    await turns(3);
    expect(this.#hub.connections.size).toBe(0);
    expect(this.#hub.audiences).toBe(0);
    expect(this.timers.open).toBe(0);
    this.#hub = this.#newHub();
  }

  /** Waits until there was no read and no write for the time of a read and a delivery. */
  async #settle(): Promise<void> {
    const done = () =>
      this.#open.reduce((sum, { sink }) => sum + sink.chunks.length, this.log.reads);
    for (let before = -1; before < done(); ) {
      before = done();
      await turns(this.log.readLate + 2000);
    }
  }

  #newHub(): Hub {
    return testHub({ timers: this.timers, log: this.log, recent: this.#recent });
  }

  async #publish({ updates }: Of<"publish">): Promise<void> {
    const parsed = updates.map(({ topics, length, crowd, private: isPrivate }) => {
      this.#published += 1;
      const more = crowd ? Array.from({ length: 60 }, (_, n) => `crowd/${n}`) : [];
      const update = parseUpdate(
        {
          topics: [...topics.map((index) => TOPICS[index] ?? ""), ...more],
          data: `${this.#published} ${"x".repeat(length)}`,
          private: isPrivate,
        },
        HUB_URL,
      );
      if (!update.ok) throw new Error(update.problem);
      return update.update;
    });
    await this.#hub.publish({ updates: parsed, access: "own code" });
  }

  async #join({ listens, granted, from, which }: Of<"join">): Promise<void> {
    const streams = [...this.#over, ...this.#open];
    const lastEventId =
      from === "where another stream ended"
        ? lastIdIn(streams[which % streams.length]?.sink.text() ?? "")
        : { now: undefined, earliest: "earliest", "unheard of": "urn:unheard-of" }[from];
    const sink = new NotingSink(this.log);
    const { last } = this.log;
    const letGo = lastEventId === "earliest" ? this.log.floors() : { updates: 0, subscriptions: 0 };
    const subscribed = await this.#hub.subscribe({
      id: this.#hub.connections.newId(),
      sink,
      client: "somebody",
      heartbeat: "comment",
      matchers: listens.flatMap((index) => MATCHERS[index]?.matcher ?? []),
      access: accessTo(granted),
      lastEventId,
    });
    expect(subscribed.open).toBe(true);
    const after =
      lastEventId === undefined
        ? last
        : lastEventId === "earliest"
          ? 0
          : await this.log.locate(lastEventId);
    this.#open.push({ sink, listens, granted, after, letGo });
  }

  #leave(reader: Reader): void {
    this.#open = this.#open.filter((other) => other !== reader);
    this.#over.push(reader);
    reader.sink.owner?.closed();
  }
}

function accessTo(granted: Matchers): Access | undefined {
  if (granted.length === 0) return undefined;
  const topics = granted.flatMap((index) => MATCHERS[index]?.matcher ?? []);
  return {
    issuer: "https://app.example.com",
    subject: undefined,
    expiresAt: Number.POSITIVE_INFINITY,
    grants: [{ actions: new Set(["subscribe"]), topics }],
  };
}

const aRetention = fc.record({
  maxUpdates: fc.constantFrom(3, 20, 1_000),
  maxBytes: fc.constantFrom(150_000, 2 ** 24),
  maxAgeMs: fc.constantFrom(0, 0, 150),
});

test("in any sequence of steps, each reader gets every update that it may see once, in order, or a gap event", async () => {
  await fc.assert(
    fc.asyncProperty(
      aRetention,
      aRetention.map((recent) => ({ ...recent, maxAgeMs: 0 })),
      fc.array(aStep, { maxLength: 80, size: "max" }),
      async (retention, recent, steps) => {
        const world = new World(retention, recent);
        for (const each of steps) await world.take(each);
        await world.end();
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
