import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fullAccess } from "../auth/full-access.ts";
import type { Hub } from "../hub.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { FakeVitals } from "../testing/fake-vitals.ts";
import { ListLogger } from "../testing/list-logger.ts";
import { ListSink } from "../testing/list-sink.ts";
import { HUB_URL, testHub } from "../testing/test-hub.ts";
import { type Matcher, parseMatcher } from "../topics/matcher.ts";
import { parseUpdate } from "../topics/update.ts";
import { decodeEvents } from "../wire/decode.ts";
import { askForNumbers, type NumbersDocument, numbersTopic } from "./numbers.ts";

const TOPIC = "/.well-known/mercure/numbers";

let timers: FakeTimers;
let vitals: FakeVitals;
let logger: ListLogger;
let hub: Hub;

beforeEach(() => {
  timers = new FakeTimers();
  vitals = new FakeVitals();
  logger = new ListLogger();
  hub = testHub({ timers, vitals, logger });
});

afterEach(() => {
  expect(hub.connections.size).toBe(0);
  expect(timers.open).toBe(0);
  expect(vitals.isMeasured).toBe(false);
  expect(vitals.recorded).toBe(0);
});

function matcher(match: string, type: "exact" | "urlpattern" = "exact"): Matcher {
  const parsed = parseMatcher(type, match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

async function listen(
  match: string | Matcher = TOPIC,
  expiresAt = Number.POSITIVE_INFINITY,
): Promise<ListSink> {
  const sink = new ListSink();
  const subscribed = await hub.subscribe({
    id: hub.connections.newId(),
    sink,
    client: "somebody",
    heartbeat: "comment",
    matchers: [typeof match === "string" ? matcher(match) : match],
    access: { ...fullAccess("urn:test", HUB_URL), expiresAt },
    lastEventId: undefined,
  });
  expect(subscribed.open).toBe(true);
  return sink;
}

const leave = (...sinks: ListSink[]) => {
  for (const sink of sinks) sink.owner?.closed();
};

async function publish(...data: string[]): Promise<void> {
  const updates = data.map((each) => {
    const parsed = parseUpdate({ topics: ["a"], data: each, private: false }, HUB_URL);
    if (!parsed.ok) throw new Error(parsed.problem);
    return parsed.update;
  });
  await hub.publish({ updates, access: "own code" });
}

const events = (sink: ListSink) => sink.chunks.flatMap(decodeEvents);
const documents = (sink: ListSink): NumbersDocument[] =>
  events(sink).map(({ data }) => JSON.parse(data));
/** Returns the document of the next second. */
function next(sink: ListSink): NumbersDocument {
  timers.advance(1_000);
  const [document] = documents(sink).slice(-1);
  if (!document) throw new Error("there is none");
  return document;
}

describe("the stats", () => {
  test("are sent once a second to their subscribers: one document in one shared buffer, without an id", async () => {
    const [first, second] = [await listen(), await listen()];
    timers.advance(3_000);
    expect(events(first)).toHaveLength(3);
    expect(events(first)[0]).toMatchObject({ type: "runnel:numbers", id: "" });
    for (const [index, chunk] of first.chunks.entries()) {
      if (index > 0) expect(second.chunks[index]).toBe(chunk);
    }
    expect(documents(first).map(({ at }) => at)).toEqual([
      timers.now() - 2_000,
      timers.now() - 1_000,
      timers.now(),
    ]);
    leave(first, second);
  });

  test("are measured only while they have a subscriber, and then from zero", async () => {
    const reader = await listen("a");
    await publish("before");
    hub.meter.refused("full");
    expect(vitals.isMeasured).toBe(false);
    expect(vitals.recorded).toBe(0);
    const open = timers.open;
    const sink = await listen();
    expect(vitals.isMeasured).toBe(true);
    await publish("1", "2");
    leave(sink);
    expect(timers.open).toBe(open);
    const again = await listen();
    expect(next(again)).toMatchObject({ published: 0, delivered: 0, refused: 0, appendMs: null });
    leave(again, reader);
  });

  test("contain the counts since the previous document, and the current state", async () => {
    const readers = [await listen("a"), await listen("a"), await listen("b")];
    const sink = await listen();
    const before = hub.traffic.bytes;
    await publish("1", "2");
    hub.meter.refused("bad-update");
    const bytes = hub.traffic.bytes - before;
    expect(next(sink)).toEqual({
      at: timers.now(),
      connections: 4,
      audiences: 2,
      lagging: 0,
      subscriptions: 3,
      waiting: 0,
      published: 2,
      delivered: 4,
      bytes,
      replayed: 0,
      refused: 1,
      lagged: 0,
      gaps: 0,
      deliveryMs: { p50: expect.any(Number), p99: expect.any(Number) },
      appendMs: { p50: expect.any(Number), p99: expect.any(Number) },
      ...vitals.signs,
    });
    expect(next(sink)).toMatchObject({
      published: 0,
      delivered: 0,
      bytes: 0,
      refused: 0,
      deliveryMs: null,
      appendMs: null,
    });
    leave(...readers, sink);
  });

  test("count each event once for each reader that it reaches, and do not count their own documents", async () => {
    const [a, b, sink] = [await listen("a"), await listen("a"), await listen()];
    next(sink);
    for (let round = 1; round <= 3; round += 1) {
      await publish(...Array.from({ length: round }, String));
      expect(next(sink)).toMatchObject({ published: round, delivered: 2 * round, replayed: 0 });
    }
    leave(a, b, sink);
  });

  test("contain the number of slow readers, and how often a reader became slow", async () => {
    const [slow, sink] = [await listen("a"), await listen()];
    slow.full = true;
    await publish("1");
    expect(next(sink)).toMatchObject({ lagging: 1, lagged: 1 });
    expect(next(sink)).toMatchObject({ lagging: 1, lagged: 0 });
    leave(slow, sink);
  });

  test("skip a slow reader, which continues with the next document", async () => {
    const [slow, quick] = [await listen(), await listen()];
    slow.full = true;
    timers.advance(10_000);
    // The opening, and the document that filled the sink.
    expect(slow.chunks).toHaveLength(2);
    expect(quick.chunks).toHaveLength(11);
    slow.full = false;
    slow.owner?.drained();
    timers.advance(1_000);
    expect(slow.chunks[2]).toBe(quick.chunks[11]);
    leave(slow, quick);
  });

  test("are one document, not 3,600, after the process was suspended for an hour", async () => {
    const sink = await listen();
    timers.jump(3_600_000);
    timers.advance(500);
    expect(events(sink)).toHaveLength(1);
    leave(sink);
  });

  test("are not stored in history, and create no subscription", async () => {
    const everything = await listen("*");
    const below = matcher("/.well-known/mercure/*", "urlpattern");
    const pattern = await listen(below);
    // Subscription events are appended in a separate turn.
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    const { size } = hub.subscriptions;
    const newest = hub.lastEventId;
    const sink = await listen();
    timers.advance(5_000);
    await settle();
    expect(hub.subscriptions.size).toBe(size);
    expect(hub.lastEventId).toBe(newest);
    for (const { type } of [everything, pattern].flatMap(events)) expect(type).toBe("mercure");
    leave(everything, pattern, sink);
    await settle();
  });

  test("end for a reader when its token expires", async () => {
    const sink = await listen(TOPIC, timers.now() + 2_500);
    timers.advance(2_499);
    expect(events(sink)).toHaveLength(2);
    expect(sink.ended).toBe(false);
    timers.advance(1);
    expect(sink.ended).toBe(true);
    expect(logger.lines.at(-1)).toMatchObject({ fields: { reason: "token expired" } });
  });

  test("are also available without a log, for example for the clock's streams", async () => {
    hub = testHub({ timers, vitals, log: null });
    const clock = new ListSink();
    hub.subscribeToClock({ id: "c", sink: clock, heartbeat: "comment", client: "a" });
    const sink = await listen();
    expect(next(sink)).toMatchObject({ connections: 2, delivered: 1, published: 0 });
    leave(clock, sink);
  });
});

describe("a subscription to the stats", () => {
  test("names their topic exactly, and no other topic", () => {
    const ask = (...matchers: Matcher[]) => askForNumbers(matchers, HUB_URL);
    expect(numbersTopic(HUB_URL)).toBe(TOPIC);
    expect(ask(matcher(TOPIC))).toBe("alone");
    expect(ask(matcher(TOPIC), matcher("a"))).toBe("mixed");
    expect(ask(matcher("*"), matcher(TOPIC))).toBe("mixed");
    expect(ask(matcher("*"))).toBe("no");
    expect(ask(matcher(TOPIC, "urlpattern"))).toBe("no");
    expect(ask(matcher(`https://hub.example.com${TOPIC}`))).toBe("no");
    expect(ask(matcher("/numbers"), matcher("a"))).toBe("no");
  });
});
