import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MatcherType } from "../../protocol/matcher-types.ts";
import type { Access } from "../auth/access.ts";
import { fullAccess } from "../auth/full-access.ts";
import type { Hub } from "../hub.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { ListSink } from "../testing/list-sink.ts";
import { HUB_URL, testHub } from "../testing/test-hub.ts";
import { type Matcher, parseMatcher } from "../topics/matcher.ts";
import { parseUpdate, type Update } from "../topics/update.ts";
import { decodeEvents } from "../wire/decode.ts";

/** A clock on which each read takes a tenth of a millisecond, like the work between two reads. */
class BusyTimers extends FakeTimers {
  override elapsed(): number {
    this.jump(0.1);
    return super.elapsed();
  }
}

let timers: FakeTimers;
let hub: Hub;
const sinks: ListSink[] = [];

beforeEach(() => {
  timers = new FakeTimers();
  hub = testHub({ timers });
});

afterEach(async () => {
  for (const sink of sinks.splice(0)) sink.owner?.closed();
  await turns(5);
  expect(hub.connections.size).toBe(0);
  expect(hub.audiences).toBe(0);
  expect(timers.open).toBe(0);
});

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
}

function matcher(match: string, type: MatcherType = "urlpattern"): Matcher {
  const parsed = parseMatcher(type, match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

/** Makes a pattern that takes a millisecond to check a topic. */
function slow(match: string): Matcher {
  const its = matcher(match);
  return {
    ...its,
    matches: (topic) => {
      timers.jump(1);
      return its.matches(topic);
    },
  };
}

function update(topics: readonly string[], data: string, isPrivate = false): Update {
  const parsed = parseUpdate({ topics, data, private: isPrivate }, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.update;
}

const publish = (...updates: Update[]) => hub.publish({ updates, access: "own code" });

async function listen(matchers: readonly Matcher[], access?: Access): Promise<ListSink> {
  const sink = new ListSink();
  const subscribed = await hub.subscribe({
    id: hub.connections.newId(),
    sink,
    client: "somebody",
    heartbeat: "comment",
    matchers,
    access,
    lastEventId: undefined,
  });
  expect(subscribed.open).toBe(true);
  sinks.push(sink);
  return sink;
}

const data = (sink: ListSink) => sink.chunks.flatMap(decodeEvents).map((event) => event.data);

/** Waits for the condition, and returns the longest turn of the event loop until then, in milliseconds of the test's clock. */
async function longestTurnUntil(isReached: () => boolean): Promise<number> {
  const now = () => timers.now();
  let longest = 0;
  for (let before = now(); !isReached(); before = now()) {
    await turns(1);
    longest = Math.max(longest, now() - before);
  }
  return longest;
}

const TOPICS = Array.from({ length: 20 }, (_, index) => `https://e.com/x/${index}b`);

describe("patterns that need an automaton", () => {
  /** Opens so many slow streams that one update with `TOPICS` takes 2 s to match. */
  const hostile = () =>
    Promise.all(
      Array.from({ length: 10 }, (_, stream) =>
        listen(Array.from({ length: 10 }, (_, n) => slow(`https://e.com/x/*${stream}(b|c${n})`))),
      ),
    );

  test("use less than 10 ms of a turn of the event loop, and their subscribers get each matching update, in order", async () => {
    const streams = await hostile();
    await publish(update(TOPICS, "1"));
    await publish(update([...TOPICS].reverse(), "2"));
    const longest = await longestTurnUntil(() => streams.every((sink) => data(sink).length === 2));
    expect(longest).toBeLessThan(10);
    for (const sink of streams) expect(data(sink)).toEqual(["1", "2"]);
  });

  test("do not delay a subscriber of an exact topic, of `*` or of a plain pattern", async () => {
    await hostile();
    const others = [
      await listen([matcher(TOPICS[0] ?? "", "exact")]),
      await listen([matcher("*")]),
      await listen([matcher("https://e.com/x/:id")]),
    ];
    await publish(update(TOPICS, "1"));
    for (const sink of others) expect(data(sink)).toEqual(["1"]);
  });

  test("delay each other by a few turns only, not by all the work of the others", async () => {
    await hostile();
    const own = await listen([matcher("https://honest.example/(\\d+)")]);
    await publish(update(TOPICS, "1"));
    const from = timers.now();
    await publish(update(["https://honest.example/1"], "2"));
    await longestTurnUntil(() => data(own).length === 1);
    expect(timers.now() - from).toBeLessThan(200);
  });

  test("are not matched with private updates and subscription events that their subscriber may not read", async () => {
    const asked: string[] = [];
    const spy = (match: string): Matcher => ({
      ...matcher(match),
      matches: (topic) => {
        asked.push(topic);
        return false;
      },
    });
    await listen([spy("/(.)*a:b"), spy("https://e.com/x/*(a|b)")]);
    await listen([matcher("a", "exact")]);
    await publish(update(["https://e.com/x/1"], "1", true));
    await turns(20);
    expect(asked).toEqual([]);
    await publish(update(["https://e.com/x/2"], "2"));
    await turns(20);
    expect([...new Set(asked)]).toEqual(["https://e.com/x/2"]);
  });

  test("are matched with private updates as soon as a reader with a grant joins", async () => {
    const pattern = matcher("https://e.com/x/(\\d+)");
    await listen([pattern]);
    await publish(update(["https://e.com/x/1"], "private", true));
    const granted = await listen([pattern], fullAccess("urn:test", HUB_URL));
    await publish(update(["https://e.com/x/2"], "private too", true));
    await longestTurnUntil(() => data(granted).length > 0);
    expect(data(granted)).toEqual(["private too"]);
  });
});

test("a large batch is delivered in turns of less than 10 ms, in order, and its publisher waits for it", async () => {
  timers = new BusyTimers();
  hub = testHub({ timers });
  const all = await listen([matcher("*")]);
  const some = await listen([matcher("https://e.com/x/1*")]);
  const updates = Array.from({ length: 5_000 }, (_, n) => update([`https://e.com/x/${n}`], `${n}`));
  let seen = 0;
  const published = publish(...updates).then(() => {
    seen = data(all).length;
  });
  // The first turn is the append, which belongs to the log.
  await turns(1);
  const longest = await longestTurnUntil(() => data(all).length === 5_000);
  await published;
  expect(longest).toBeLessThan(10);
  expect(seen).toBeGreaterThanOrEqual(4_000);
  expect(data(all)).toEqual(updates.map((each) => each.data));
  expect(data(some)).toEqual(
    updates.map((each) => each.data).filter((text) => text.startsWith("1")),
  );
});
