import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Access } from "./auth/access.ts";
import type { Hub } from "./hub.ts";
import { openLmdbLog } from "./log/lmdb/lmdb.ts";
import type { Log } from "./log/log.ts";
import { type SubscriptionDocument, Subscriptions } from "./subscriptions.ts";
import { FakeTimers } from "./testing/fake-timers.ts";
import { ListSink } from "./testing/list-sink.ts";
import { HUB_URL, testHub } from "./testing/test-hub.ts";
import { ROOMY } from "./testing/updates.ts";
import { type Matcher, parseMatcher } from "./topics/matcher.ts";
import { decodeEvents } from "./wire/decode.ts";

function matcher(match: string): Matcher {
  const parsed = parseMatcher("exact", match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

const payload = { name: "Ada" };
const everything: Access = {
  issuer: "https://app.example.com",
  subject: "somebody",
  expiresAt: Number.POSITIVE_INFINITY,
  grants: [{ actions: new Set(["subscribe"]), topics: [matcher("*")], payload }],
};

describe("subscriptions of a hub with its history on disk", () => {
  let folder: string;
  let timers: FakeTimers;
  let hub: Hub;
  const logs: Log[] = [];
  const sinks: ListSink[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "runnel-subscriptions-"));
    timers = new FakeTimers();
    hub = await start();
  });

  afterEach(async () => {
    leave(...sinks.splice(0));
    for (const log of logs.splice(0)) await log.close();
    await rm(folder, { recursive: true });
    expect(timers.open).toBe(0);
  });

  /** Starts a hub on the folder. An earlier hub on it loses its log, as if its process had been killed. */
  async function start(): Promise<Hub> {
    const log = await openLmdbLog({ folder, retention: ROOMY, timers, waitForOwnerMs: 0 });
    logs.push(log);
    return testHub({ timers, log });
  }

  async function listen(
    topics: readonly string[],
    access?: Access,
    lastEventId?: string,
  ): Promise<ListSink> {
    const sink = new ListSink();
    const subscribed = await hub.subscribe({
      id: hub.connections.newId(),
      sink,
      client: "somebody",
      heartbeat: "comment",
      matchers: topics.map(matcher),
      access,
      lastEventId,
    });
    expect(subscribed.open).toBe(true);
    sinks.push(sink);
    return sink;
  }

  const leave = (...sinks: ListSink[]) => {
    for (const sink of sinks) sink.owner?.closed();
  };
  const publish = (topic: string) => {
    const { topics } = { topics: [topic as never] as const };
    return hub.publish({ updates: [{ topics, data: "x", private: false }], access: "own code" });
  };
  const eventsOf = (sink: ListSink) => sink.chunks.flatMap(decodeEvents);
  const documentsOf = (sink: ListSink): SubscriptionDocument[] =>
    eventsOf(sink)
      .filter(({ type }) => type === "mercure")
      .map(({ data }) => JSON.parse(data));
  const seen = (sink: ListSink) =>
    documentsOf(sink).map(({ match, active }) => `${match} ${active ? "began" : "ended"}`);
  const hasGap = (sink: ListSink) => eventsOf(sink).some(({ type }) => type === "runnel:gap");
  const lastId = (sink: ListSink) => eventsOf(sink).at(-1)?.id ?? "";

  test("without a token are not written to the disk, even if many begin and end", async () => {
    const topics = Array.from({ length: 100 }, (_, index) => `https://example.com/${index}`);
    leave(await listen(topics));
    // The first append has reserved the positions of the next million events.
    await publish("a");
    const before = await readFile(join(folder, "data.mdb"));
    for (let round = 0; round < 100; round += 1) leave(await listen(topics));
    await listen(["*"], undefined, "earliest");
    expect((await readFile(join(folder, "data.mdb"))).equals(before)).toBe(true);
    await publish("a");
    expect((await readFile(join(folder, "data.mdb"))).length).toBeLessThan(before.length + 100_000);
  });

  test("without a token are reported to a live and to a resumed subscriber, until the process ends", async () => {
    const watcher = await listen(["*"], everything);
    const first = await listen(["a"]);
    await vi.waitFor(() => expect(seen(watcher)).toEqual(["* began", "a began"]));
    const id = lastId(watcher);
    leave(watcher, first);
    const resumed = await listen(["*"], everything, id);
    await vi.waitFor(() => expect(seen(resumed)).toEqual(["* ended", "a ended", "* began"]));
    expect(hasGap(resumed)).toBe(false);
    const known = lastId(resumed);

    hub = await start();
    const after = await listen(["*"], everything, known);
    await vi.waitFor(() => expect(seen(after)).toEqual(["* ended", "* began"]));
    expect(hasGap(after)).toBe(true);
  });

  test("with a token are ended by the next process, with their payloads and without a gap", async () => {
    const watcher = await listen(["*"], everything);
    await listen(["a", "b"], everything);
    await vi.waitFor(() => expect(seen(watcher)).toEqual(["* began", "a began", "b began"]));
    const began = documentsOf(watcher);
    expect(began.map((document) => document.payload)).toEqual([payload, payload, payload]);
    const id = lastId(watcher);

    hub = await start();
    const resumed = await listen(["*"], everything, id);
    await vi.waitFor(() => expect(seen(resumed)).toHaveLength(4));
    expect(hasGap(resumed)).toBe(false);
    const byId = new Map(documentsOf(resumed).map((document) => [document.id, document]));
    for (const document of began) {
      expect(byId.get(document.id)).toEqual({ ...document, active: false });
    }
    leave(resumed);
    await publish("a");

    hub = await start();
    const last = await listen(["*"], everything, lastId(resumed));
    await vi.waitFor(() => expect(seen(last)).toEqual(["* ended", "* began"]));
  });

  test("with a token are reported as ended after a restart, although the events of anonymous subscriptions are lost", async () => {
    const watcher = await listen(["*"], everything);
    const ada = await listen(["ada"], everything);
    const stranger = await listen(["stranger"]);
    await vi.waitFor(() => expect(seen(watcher)).toContain("stranger began"));
    const id = lastId(watcher);
    leave(watcher);
    leave(ada, stranger);
    await publish("a");

    hub = await start();
    const resumed = await listen(["*"], everything, id);
    await vi.waitFor(() => expect(seen(resumed)).toEqual(["* ended", "ada ended", "* began"]));
    expect(hasGap(resumed)).toBe(true);
  });
});

describe("the list of active subscriptions", () => {
  test("reads only the subscribers with the requested matcher", () => {
    const subscriptions = new Subscriptions(HUB_URL);
    let looks = 0;
    const subscribers = Array.from({ length: 1_000 }, (_, index) => {
      // `*` in both types: one key, but two subscriptions.
      const all = matcher("*");
      const matchers = [matcher(`${index % 500}`), all, { ...all, type: "urlpattern" as const }];
      return {
        id: `urn:example:${index}`,
        access: undefined,
        get matchers() {
          looks += 1;
          return matchers;
        },
      };
    });
    for (const subscriber of subscribers) subscriptions.open(subscriber);
    const listed = (type: string, match: string) => {
      looks = 0;
      return [...subscriptions.list({ type, match })].map(({ subscriber }) => subscriber);
    };
    expect(listed("exact", "nothing")).toEqual([]);
    expect(looks).toBe(0);
    expect(listed("exact", "7")).toEqual(["urn:example:7", "urn:example:507"]);
    expect(looks).toBe(2);
    expect(listed("urlpattern", "7")).toEqual([]);
    expect(listed("exact", "*")).toHaveLength(1_000);
    expect(listed("urlpattern", "*")).toHaveLength(1_000);
    const [first, ...others] = subscribers;
    if (first) subscriptions.close(first);
    expect(listed("exact", "0")).toEqual(["urn:example:500"]);
    expect(listed("exact", "*")).toHaveLength(999);
    for (const subscriber of others) subscriptions.close(subscriber);
    expect(listed("exact", "7")).toEqual([]);
    expect(listed("exact", "*")).toEqual([]);
    expect(subscriptions.size).toBe(0);
  });
});
