import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MatcherType } from "../../protocol/matcher-types.ts";
import type { Access } from "../auth/access.ts";
import type { Hub } from "../hub.ts";
import { MemoryLog } from "../log/memory.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { ListSink } from "../testing/list-sink.ts";
import { HUB_URL, testHub } from "../testing/test-hub.ts";
import { type Matcher, parseMatcher } from "../topics/matcher.ts";
import { parseUpdate, type Update } from "../topics/update.ts";
import { decodeEvents } from "../wire/decode.ts";

let timers: FakeTimers;
let hub: Hub;

beforeEach(() => {
  timers = new FakeTimers();
  hub = testHub({ timers });
});

afterEach(() => {
  expect(hub.connections.size).toBe(0);
  expect(hub.audiences).toBe(0);
  expect(hub.subscriptions.size).toBe(0);
  expect(timers.open).toBe(0);
});

function matcher(match: string, type: MatcherType = "exact"): Matcher {
  const parsed = parseMatcher(type, match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

function update(
  topic: string,
  data: string,
  more: { private?: boolean; id?: string } = {},
): Update {
  const { private: isPrivate = false, id } = more;
  const parsed = parseUpdate({ topics: topic.split(" "), data, private: isPrivate, id }, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.update;
}

async function publish(...updates: Update[]): Promise<readonly string[]> {
  const published = await hub.publish({ updates, access: "own code" });
  if (published.outcome !== "published") throw new Error(published.outcome);
  return published.ids;
}

/** Makes an access that may read private updates of these topics, until `expiresAt`. */
function access(topics: string[], more: Partial<Access> = {}): Access {
  return {
    issuer: "https://app.example.com",
    subject: "somebody",
    expiresAt: Number.POSITIVE_INFINITY,
    grants: [{ actions: new Set(["subscribe"]), topics: topics.map((topic) => matcher(topic)) }],
    ...more,
  };
}

interface Listening {
  readonly matchers?: readonly Matcher[];
  readonly access?: Access;
  readonly lastEventId?: string;
  readonly heartbeat?: "comment" | "event";
}

async function listen(topic: string, listening: Listening = {}): Promise<ListSink> {
  const sink = new ListSink();
  const subscribed = await hub.subscribe({
    id: hub.connections.newId(),
    sink,
    client: "somebody",
    heartbeat: listening.heartbeat ?? "comment",
    matchers: listening.matchers ?? [matcher(topic)],
    access: listening.access,
    lastEventId: listening.lastEventId,
  });
  expect(subscribed.open).toBe(true);
  return sink;
}

const events = (sink: ListSink) => sink.chunks.flatMap(decodeEvents);
const data = (sink: ListSink) => events(sink).map((event) => event.data);
const leave = (...sinks: ListSink[]) => {
  for (const sink of sinks) sink.owner?.closed();
};
/**
 * Waits until the log has accepted every append: a turn of the event loop for each commit.
 * Subscription events are appended in a separate turn.
 */
async function settle(): Promise<void> {
  for (let before: string | undefined; before !== hub.lastEventId; ) {
    before = hub.lastEventId;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("an update", () => {
  test("is sent to the subscribers of each of its topics, once, in the order of publication", async () => {
    const [a, b, both, other] = [
      await listen("a"),
      await listen("b"),
      await listen("", { matchers: [matcher("b"), matcher("a")] }),
      await listen("c"),
    ];
    await publish(update("a", "1"), update("b", "2"), update("a b", "3"));
    expect(data(a)).toEqual(["1", "3"]);
    expect(data(b)).toEqual(["2", "3"]);
    expect(data(both)).toEqual(["1", "2", "3"]);
    expect(data(other)).toEqual([]);
    leave(a, b, both, other);
  });

  test("is sent to the patterns that match and to `*`, also if its topic is older than the subscription", async () => {
    await publish(update("https://example.com/books/1", "before"));
    const pattern = await listen("", {
      matchers: [matcher("https://example.com/books/:id", "urlpattern")],
    });
    const all = await listen("*");
    await publish(
      update("https://example.com/books/1", "1"),
      update("https://example.com/films/1", "2"),
    );
    expect(data(pattern)).toEqual(["1"]);
    expect(data(all)).toEqual(["1", "2"]);
    leave(pattern, all);
  });

  test("is one shared buffer for all subscribers that may see it, even if their tokens have different grants", async () => {
    const sinks = await Promise.all(
      Array.from({ length: 50 }, (_, user) => listen("news", { access: access([`user/${user}`]) })),
    );
    await publish(update("news", "1"), update("news", "2"));
    const last = sinks.map((sink) => sink.chunks.at(-1)?.bytes);
    expect(new Set(last).size).toBe(1);
    expect(data(sinks[0] ?? new ListSink())).toEqual(["1", "2"]);
    leave(...sinks);
  });

  test("is written together with the others of the same turn, in one write", async () => {
    const sink = await listen("a");
    await Promise.all(Array.from({ length: 100 }, (_, n) => publish(update("a", String(n)))));
    expect(sink.chunks).toHaveLength(2);
    expect(data(sink)).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
    leave(sink);
  });
});

describe("private updates", () => {
  test("reach only subscribers with a grant for one of the topics, and no byte of them reaches the others", async () => {
    const anybody = await listen("secret");
    const granted = await listen("secret", { access: access(["secret"]) });
    const alternate = await listen("secret", { access: access(["mine"]) });
    const foreign = await listen("secret", { access: access(["other"]) });
    await publish(
      update("secret", "public"),
      update("secret", "private", { private: true }),
      update("secret mine", "shared", { private: true }),
    );
    expect(data(anybody)).toEqual(["public"]);
    expect(data(granted)).toEqual(["public", "private", "shared"]);
    expect(data(alternate)).toEqual(["public", "shared"]);
    expect(data(foreign)).toEqual(["public"]);
    expect(anybody.text() + foreign.text()).not.toMatch(/private|shared/);
    leave(anybody, granted, alternate, foreign);
  });

  test("are replayed only with a grant of the current token", async () => {
    const [first] = await publish(
      update("a", "0"),
      update("a", "private", { private: true }),
      update("a", "public"),
    );
    const resumed = { lastEventId: first ?? "" };
    const anybody = await listen("a", resumed);
    const granted = await listen("a", { ...resumed, access: access(["a"]) });
    expect(data(anybody)).toEqual(["public"]);
    expect(data(granted)).toEqual(["private", "public"]);
    leave(anybody, granted);
  });

  test("that a group may not see do not delay its heartbeat", async () => {
    const anybody = await listen("a");
    const granted = await listen("a", { access: access(["a"]) });
    for (let second = 0; second < 16; second++) {
      timers.advance(1_000);
      await publish(update("a", "x", { private: true }));
    }
    expect(anybody.chunks).toHaveLength(2);
    expect(granted.chunks).toHaveLength(17);
    leave(anybody, granted);
  });
});

describe("a slow reader", () => {
  test("costs only a position, and gets every update once, in order, when it reads again", async () => {
    const [slow, quick] = [await listen("a"), await listen("a")];
    slow.full = true;
    const expected: string[] = [];
    for (let n = 0; n < 500; n++) {
      expected.push(String(n));
      await publish(update("a", String(n)));
    }
    expect(slow.chunks).toHaveLength(2);
    expect(data(quick)).toEqual(expected);
    while (data(slow).length < expected.length) slow.owner?.drained();
    expect(data(slow)).toEqual(expected);
    slow.full = false;
    slow.owner?.drained();
    await publish(update("a", "live again"));
    expect(data(slow).at(-1)).toBe("live again");
    leave(slow, quick);
  });

  test("shares the pages that it reads with other readers at the same position", async () => {
    const sinks = await Promise.all(Array.from({ length: 20 }, () => listen("a")));
    for (const sink of sinks) sink.full = true;
    await publish(update("a", "first"));
    for (let n = 0; n < 300; n++) await publish(update("a", "x".repeat(1_000)));
    for (const sink of sinks) sink.owner?.drained();
    expect(new Set(sinks.map((sink) => sink.chunks.at(-1)?.bytes)).size).toBe(1);
    leave(...sinks);
  });

  test("gets one gap event and all kept updates, if history was trimmed after its position", async () => {
    hub = testHub({ timers, retention: { maxUpdates: 10 }, recent: { maxUpdates: 10 } });
    const slow = await listen("a");
    slow.full = true;
    for (let n = 0; n < 30; n++) await publish(update("a", String(n)));
    slow.full = false;
    slow.owner?.drained();
    const [first, gap, ...rest] = events(slow);
    expect(first?.data).toBe("0");
    expect(gap).toMatchObject({ type: "runnel:gap" });
    expect(rest.map((event) => event.data)).toEqual(
      Array.from({ length: 10 }, (_, n) => String(20 + n)),
    );
    leave(slow);
  });
});

describe("resuming", () => {
  test("after any event brings each later update once, in order, and then the new ones", async () => {
    const ids = await publish(...["0", "1", "2", "3"].map((n) => update("a", n)));
    for (const [index, lastEventId] of ids.entries()) {
      const sink = await listen("a", { lastEventId });
      expect(data(sink)).toEqual(["0", "1", "2", "3"].slice(index + 1));
      leave(sink);
    }
    const sink = await listen("a", { lastEventId: "earliest" });
    await publish(update("a", "4"));
    expect(data(sink)).toEqual(["0", "1", "2", "3", "4"]);
    leave(sink);
  });

  test("is possible after a stream without an event, because its first bytes have an id", async () => {
    await publish(update("b", "elsewhere"));
    const sink = await listen("a");
    const id = /^id:(.+)$/m.exec(sink.text())?.[1];
    leave(sink);
    await publish(update("a", "missed"));
    const resumed = await listen("a", { lastEventId: id ?? "" });
    expect(data(resumed)).toEqual(["missed"]);
    leave(resumed);
  });

  test("after an id that several updates share starts after the oldest kept one", async () => {
    await publish(
      update("a", "0", { id: "same" }),
      update("a", "1"),
      update("a", "2", { id: "same" }),
      update("a", "3"),
    );
    const sink = await listen("a", { lastEventId: "same" });
    expect(data(sink)).toEqual(["1", "2", "3"]);
    leave(sink);
  });

  test("after an unknown or a trimmed id brings a gap event and all kept updates", async () => {
    hub = testHub({ timers, retention: { maxUpdates: 2 }, recent: { maxUpdates: 2 } });
    const [trimmed] = await publish(...["0", "1", "2", "3"].map((n) => update("a", n)));
    for (const lastEventId of ["urn:unheard-of", trimmed ?? ""]) {
      const sink = await listen("a", { lastEventId });
      const [gap, ...rest] = events(sink);
      expect(gap).toMatchObject({ type: "runnel:gap" });
      const told = JSON.parse(gap?.data ?? "");
      expect(told).toEqual({ requested: lastEventId, continuesAfter: gap?.id });
      expect(rest.map((event) => event.data)).toEqual(["2", "3"]);
      // A stream that is lost right after the gap event resumes after it, without a second gap.
      const again = await listen("a", { lastEventId: gap?.id ?? "" });
      expect(data(again)).toEqual(["2", "3"]);
      leave(sink, again);
    }
  });

  test("does not bring an update that the log has trimmed for its age, not even from memory", async () => {
    const log = new MemoryLog({
      retention: { maxUpdates: 10, maxBytes: 2 ** 20, maxAgeMs: 60_000 },
      timers,
    });
    hub = testHub({ timers, log });
    await publish(update("a", "old"));
    timers.advance(60_001);
    await publish(update("a", "new"));
    await log.trim();
    const sink = await listen("a", { lastEventId: "earliest" });
    expect(data(sink)).toEqual(["new"]);
    leave(sink);
    await settle();
  });

  test("with patterns that match nothing in a long history does not block the event loop", async () => {
    // The real clock measures the reads.
    vi.spyOn(timers, "elapsed").mockImplementation(() => performance.now());
    for (let n = 0; n < 18; n++) {
      await publish(...Array.from({ length: 500 }, (_, m) => update(`x/${n}/${m}`, "x")));
    }
    // Counts processor time of this process only: the machine may be busy with other work.
    const spent = () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    };
    let longest = 0;
    let last = spent();
    const ticks = setInterval(() => {
      longest = Math.max(longest, spent() - last);
      last = spent();
    }, 0);
    const sink = await listen("", {
      matchers: Array.from({ length: 60 }, (_, n) => matcher(`/:a/b${n}/:c`, "urlpattern")),
      lastEventId: "earliest",
    });
    await publish(update("/x/b59/z", "found"));
    await vi.waitFor(() => expect(data(sink)).toEqual(["found"]), { timeout: 20_000 });
    clearInterval(ticks);
    // The whole read takes some hundred milliseconds; one turn takes a few.
    expect(longest).toBeLessThan(100);
    leave(sink);
    await settle();
  }, 30_000);

  test("on a quiet topic brings no gap, because heartbeats move the client's id forward", async () => {
    hub = testHub({ timers, retention: { maxUpdates: 5 }, recent: { maxUpdates: 5 } });
    const quiet = await listen("quiet");
    for (let n = 0; n < 20; n++) await publish(update("busy", String(n)));
    timers.advance(15_000);
    const ids = [...quiet.text().matchAll(/^id:(.+)$/gm)].map(([, id]) => id);
    expect(ids).toHaveLength(2);
    leave(quiet);
    const resumed = await listen("quiet", { lastEventId: ids[1] ?? "" });
    expect(events(resumed)).toEqual([]);
    timers.advance(30_000);
    // The opening and the first heartbeat have an id; later heartbeats have none, because nothing is new.
    expect(resumed.text().match(/^id:/gm)).toHaveLength(2);
    leave(resumed);
  });

  test("brings an update that is published during the replay once, in order", async () => {
    const [first] = await publish(update("a", "0"), update("a", "1"));
    const opening = listen("a", { lastEventId: first ?? "" });
    const publishing = publish(update("a", "2"));
    const sink = await opening;
    await publishing;
    await publish(update("a", "3"));
    expect(data(sink)).toEqual(["1", "2", "3"]);
    leave(sink);
  });
});

describe("subscription events", () => {
  const all = { access: access(["*"]) };

  test("report the begin and the end of a subscription to subscribers with a grant", async () => {
    const watcher = await listen("*", all);
    await settle();
    const sink = await listen("a");
    await settle();
    leave(sink);
    await settle();
    const seen = events(watcher).map(({ type, id, data: document }) => ({
      type,
      id,
      ...JSON.parse(document),
    }));
    expect(seen.map(({ type, match, active }) => ({ type, match, active }))).toEqual([
      { type: "subscription", match: "*", active: true },
      { type: "subscription", match: "a", active: true },
      { type: "subscription", match: "a", active: false },
    ]);
    leave(watcher);
    await settle();
  });

  test("never evict an update, even if they are many", async () => {
    hub = testHub({ timers, retention: { maxUpdates: 10 }, recent: { maxUpdates: 100_000 } });
    const [first] = await publish(update("a", "0"), update("a", "1"));
    for (let n = 0; n < 11_000; n++) leave(await listen("a"));
    await settle();
    const sink = await listen("a", { lastEventId: first ?? "" });
    expect(events(sink)).toMatchObject([{ data: "1" }]);
    leave(sink);
    await settle();
  }, 30_000);

  test("that are trimmed before a slow watcher has read them are a gap, also where it knows of a later gap in the updates", async () => {
    hub = testHub({ timers, retention: { maxUpdates: 5 }, recent: { maxUpdates: 5 } });
    const subscribeOften = async (count: number) => {
      for (let n = 0; n < count; n++) leave(await listen("b"));
      await settle();
    };
    await subscribeOften(1_000);
    for (let n = 0; n < 20; n++) await publish(update("a", String(n)));
    const watcher = new ListSink();
    watcher.full = true;
    await hub.subscribe({
      id: hub.connections.newId(),
      sink: watcher,
      client: "somebody",
      heartbeat: "comment",
      matchers: [matcher("*")],
      access: access(["*"]),
      lastEventId: "urn:unheard-of",
    });
    const gaps = () => events(watcher).filter(({ type }) => type === "runnel:gap").length;
    expect(gaps()).toBe(1);
    await subscribeOften(150);
    watcher.full = false;
    watcher.owner?.drained();
    await vi.waitFor(() => expect(events(watcher).length).toBeGreaterThan(500));
    expect(gaps()).toBe(2);
    leave(watcher);
    await settle();
  }, 30_000);

  test("are not sent without a grant, and make no gap without a grant when they are trimmed", async () => {
    const [first] = await publish(update("a", "0"));
    for (let n = 0; n < 5_100; n++) leave(await listen("b"));
    await settle();
    const sink = await listen("*", { lastEventId: first ?? "" });
    expect(events(sink)).toEqual([]);
    const watcher = await listen("*", { ...all, lastEventId: first ?? "" });
    expect(events(watcher)[0]).toMatchObject({ type: "runnel:gap" });
    leave(sink, watcher);
    await settle();
  }, 30_000);
});

describe("the end of a stream", () => {
  test("comes when its token expires, at the latest", async () => {
    const sink = await listen("a", { access: access(["a"], { expiresAt: timers.now() + 60_000 }) });
    timers.advance(59_999);
    expect(sink.ended).toBe(false);
    timers.advance(1);
    expect(sink.ended).toBe(true);
    expect(sink.text()).toMatch(/\n\nretry:\d+\n\n$/);
    await settle();
  });

  test("comes at most 2 s after its token expires, even if its reader has stalled", async () => {
    const sink = await listen("a", { access: access(["a"], { expiresAt: timers.now() + 60_000 }) });
    sink.full = true;
    sink.stalled = true;
    await publish(update("a", "1", { private: true }), update("a", "2", { private: true }));
    timers.advance(61_999);
    expect(hub.connections.size).toBe(1);
    timers.advance(1);
    expect(sink.destroyed).toBe(true);
    expect(hub.connections.size).toBe(0);
    await settle();
  });
});
