import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fullAccess } from "./auth/full-access.ts";
import type { Hub } from "./hub.ts";
import { openLmdbLog } from "./log/lmdb/lmdb.ts";
import type { Log, PageBack, ReadBackRequest, Retention } from "./log/log.ts";
import { MemoryLog } from "./log/memory.ts";
import type { LastUpdates } from "./requests.ts";
import { FakeTimers } from "./testing/fake-timers.ts";
import { ListSink } from "./testing/list-sink.ts";
import { HUB_URL, testHub } from "./testing/test-hub.ts";
import { type Matcher, parseMatcher } from "./topics/matcher.ts";
import { parseUpdate, type Update } from "./topics/update.ts";
import { decodeEvents } from "./wire/decode.ts";

const MIB = 2 ** 20;

function matcher(match: string): Matcher {
  const parsed = parseMatcher(match.includes(":") ? "urlpattern" : "exact", match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

function update(
  topic: string,
  data: string,
  more: { private?: boolean; id?: string } = {},
): Update {
  const { private: isPrivate = false, id } = more;
  const parsed = parseUpdate({ topics: [topic], data, private: isPrivate, id }, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.update;
}

const publish = (hub: Hub, ...updates: Update[]) => hub.publish({ updates, access: "own code" });

/** Resumes after the id, with every right. */
async function goOn(hub: Hub, matchers: readonly Matcher[], lastEventId: string) {
  const sink = new ListSink();
  const subscribed = await hub.subscribe({
    id: hub.connections.newId(),
    sink,
    client: "somebody",
    heartbeat: "comment",
    matchers,
    access: fullAccess("urn:test", HUB_URL),
    lastEventId,
  });
  expect(subscribed.open).toBe(true);
  return sink;
}

/** Returns the published updates, without the hub's own events. */
const published = (sink: ListSink) =>
  sink.chunks.flatMap(decodeEvents).filter(({ type }) => type === "message");

describe("the last updates", () => {
  let timers: FakeTimers;
  let hub: Hub;
  const last = async (match: string, most = 1, maxBytes = MIB) => {
    const { updates, lastEventId } = await hub.lastUpdates({
      matchers: [matcher(match)],
      most,
      maxBytes,
    });
    return { data: updates.map(({ data }) => data).join(), lastEventId };
  };
  beforeEach(() => {
    timers = new FakeTimers();
    hub = testHub({ timers });
  });
  afterEach(() => {
    expect(hub.connections.size).toBe(0);
    expect(timers.open).toBe(0);
  });

  test("are the newest updates that match, oldest first, with their ids and types", async () => {
    await publish(hub, update("/a", "1"), update("/b", "2"), update("/a", "3", { id: "own" }));
    expect((await last("/a")).data).toBe("3");
    expect((await last("/a", 5)).data).toBe("1,3");
    expect((await last("*", 2)).data).toBe("2,3");
    expect((await last("/:any", 2)).data).toBe("2,3");
    expect((await last("/none", 2)).data).toBe("");
    const { updates } = await hub.lastUpdates({
      matchers: [matcher("/a")],
      most: 1,
      maxBytes: MIB,
    });
    expect(updates).toEqual([{ id: "own", type: "message", data: "3" }]);
  });

  test("include private updates, and exclude the hub's own events", async () => {
    const sink = await goOn(hub, [matcher("*")], "earliest");
    await publish(hub, update("/a", "secret", { private: true }));
    await nextTurn();
    expect((await last("*", 10)).data).toBe("secret");
    sink.owner?.closed();
    await nextTurn();
  });

  test("are empty, with `earliest` as the id to resume after, if nothing was ever published", async () => {
    expect(await last("/a")).toEqual({ data: "", lastEventId: "earliest" });
  });

  test("have at most the bytes that were asked for, but are at least one", async () => {
    await publish(hub, ...["1", "2", "3"].map((each) => update("/a", each.repeat(1_000))));
    expect((await last("/a", 3, 2_500)).data).toMatch(/^2+,3+$/);
    expect((await last("/a", 3, 1)).data).toMatch(/^3+$/);
  });

  test("come with an id after which a stream resumes without loss, even if updates are published during the call", async () => {
    await publish(hub, update("/a", "1"), update("/b", "2"));
    const asked = last("/a", 5);
    const publishing = publish(hub, update("/a", "3"));
    const { data, lastEventId } = await asked;
    await publishing;
    const sink = await goOn(hub, [matcher("/a")], lastEventId);
    await publish(hub, update("/a", "4"));
    expect(data).toBe("1");
    expect(published(sink).map((event) => event.data)).toEqual(["3", "4"]);
    sink.owner?.closed();
    await nextTurn();
  });

  test("are searched in turns of a few milliseconds, when a pattern matches few of many updates", async () => {
    hub = testHub({ timers, recent: { maxUpdates: 500 } });
    await publish(hub, update("/b", "1"));
    await publish(hub, ...Array.from({ length: 1_000 }, () => update("/a", "x")));
    const slow: Matcher = {
      ...matcher("/:b"),
      mayMatch: (topic) => {
        timers.advance(0.05);
        return topic === "/b";
      },
    };
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const { updates } = await hub.lastUpdates({ matchers: [slow], most: 1, maxBytes: MIB });
    clearImmediate(counting);
    expect(updates.map(({ data }) => data)).toEqual(["1"]);
    // 1,000 matches of 0.05 ms take 50 ms. A slice of a turn is a few milliseconds, if the clock is read often enough.
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  test("fail without a shared log", async () => {
    hub = testHub({ timers, log: null });
    await expect(last("/a")).rejects.toMatchObject({ code: "log:not-shared" });
  });
});

const TOPICS = ["/a/1", "/a/2", "/b/1"];
const MATCHERS = ["/a/1", "/a/2", "*", "/a/:n", "/:any/1"].map(matcher);

type Step =
  | { do: "publish"; topics: number[]; length: number; isAwaited: boolean }
  | { do: "ask"; matchers: number[]; most: number; maxBytes: number }
  | { do: "turns"; count: number }
  | { do: "trim" };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      topics: fc.array(fc.nat(TOPICS.length - 1), { minLength: 1, maxLength: 5 }),
      length: fc.nat(150),
      isAwaited: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      matchers: fc.uniqueArray(fc.nat(MATCHERS.length - 1), { minLength: 1, maxLength: 2 }),
      most: fc.integer({ min: 1, max: 12 }),
      maxBytes: fc.constantFrom(1, 600, MIB),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("turns" as const), count: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("trim" as const) }) },
);

/** The data of the last update: a stream that has received it has received everything. */
const END = "the end";

interface Asked {
  readonly matchers: readonly Matcher[];
  readonly most: number;
  readonly maxBytes: number;
  readonly answer: Promise<LastUpdates>;
  /** The updates that were acknowledged before the call: all of them are older than the updates of the stream. */
  readonly before: readonly string[];
  readonly sink: Promise<ListSink>;
}

/** Runs the steps, and checks that the last updates and the stream after them are the published ones: without a hole or a repeat. */
async function follow(steps: readonly Step[], recent: Retention, log: Log, timers: FakeTimers) {
  const hub = testHub({ timers, log, recent });
  const acknowledged: string[] = [];
  const all: { data: string; topic: string }[] = [];
  const publishing: Promise<unknown>[] = [];
  const asked: Asked[] = [];
  for (const step of steps) {
    if (step.do === "publish") {
      const updates = step.topics.map((index) => {
        const one = {
          topic: TOPICS[index] ?? "",
          data: `${all.length} ${"x".repeat(step.length)}`,
        };
        all.push(one);
        return update(one.topic, one.data);
      });
      const done = publish(hub, ...updates).then(() => {
        acknowledged.push(...updates.map(({ data }) => data));
      });
      publishing.push(done);
      if (step.isAwaited) await done;
    } else if (step.do === "turns") {
      for (let turn = 0; turn < step.count; turn += 1) await nextTurn();
    } else if (step.do === "trim") {
      timers.advance(40);
      await log.trim();
    } else {
      const { most, maxBytes } = step;
      const matchers = step.matchers.flatMap((index) => MATCHERS[index] ?? []);
      const before = [...acknowledged];
      const answer = hub.lastUpdates({ matchers, most, maxBytes });
      const sink = answer.then(({ lastEventId }) => goOn(hub, matchers, lastEventId));
      asked.push({ matchers, most, maxBytes, answer, before, sink });
    }
  }
  await Promise.all(publishing);
  for (const { answer, matchers, most, maxBytes, before, sink } of asked) {
    const listener = await sink;
    const topic = TOPICS.find((each) => matchers.some(({ matches }) => matches(each)));
    await publish(hub, update(topic ?? "", END));
    await expect.poll(() => published(listener).at(-1)?.data, { interval: 1 }).toBe(END);
    const { updates } = await answer;
    const matching = all.filter(({ topic }) => matchers.some(({ matches }) => matches(topic)));
    const given = updates.map(({ data }) => data);
    const brought = published(listener)
      .map(({ data }) => data)
      .filter((data) => data !== END);
    const expected = matching.map(({ data }) => data);
    const both = [...given, ...brought];
    // Only updates that were trimmed before the stream began are missing, and a gap event reports them.
    const isTold = listener.text().includes("event:runnel:gap");
    expect(both).toEqual(
      isTold
        ? expected.filter((data) => both.includes(data))
        : expected.slice(expected.length - both.length),
    );
    expect(given.length).toBeLessThanOrEqual(most);
    const known = before.filter((data) => expected.includes(data));
    for (const data of known) expect(brought).not.toContain(data);
    // If the log has trimmed nothing and there is room for all, none of the known updates is missing.
    if (maxBytes === MIB && log.floor("updates") === 0) {
      expect(given.length).toBeGreaterThanOrEqual(Math.min(most, known.length));
    }
    listener.owner?.closed();
  }
  await hub.close();
  expect(timers.open).toBe(0);
}

/** A log that answers reads some turns of the event loop late. */
class LateLog extends MemoryLog {
  override async readBack(request: ReadBackRequest): Promise<PageBack> {
    const page = super.readBack(request);
    await nextTurn();
    await nextTurn();
    return page;
  }
}

const aRetention = fc.record({
  maxUpdates: fc.constantFrom(4, 1_000),
  maxBytes: fc.constant(MIB),
  maxAgeMs: fc.constantFrom(0, 100),
});

describe("the last updates and the stream that resumes after them are all published updates, during any other work", () => {
  test("with the log in memory", async () => {
    await fc.assert(
      fc.asyncProperty(
        aRetention,
        aRetention,
        fc.array(aStep, { maxLength: 25 }),
        async (retention, recent, steps) => {
          const timers = new FakeTimers();
          await follow(steps, recent, new LateLog({ retention, timers }), timers);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  test("with the log on disk", async () => {
    await fc.assert(
      fc.asyncProperty(
        aRetention,
        aRetention,
        fc.array(aStep, { maxLength: 25 }),
        async (retention, recent, steps) => {
          const timers = new FakeTimers();
          const folder = await mkdtemp(join(tmpdir(), "runnel-last-"));
          try {
            const log = await openLmdbLog({ folder, retention, timers, waitForOwnerMs: 0 });
            await follow(steps, recent, log, timers);
          } finally {
            await rm(folder, { recursive: true });
          }
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);
});
