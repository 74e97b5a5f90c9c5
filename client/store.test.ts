import { EventSource } from "eventsource";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type ScriptedStream,
  startScriptedStream,
} from "../e2e/fixtures/streams/scripted-stream.ts";
import type { World } from "./base/world.ts";
import { losses, TestWorld, texts, until } from "./testing/test-world.ts";

let server: ScriptedStream;
let here: TestWorld;

beforeEach(async () => {
  server = await startScriptedStream();
  here = new TestWorld(() => server.url);
});

afterEach(async () => {
  await here.end();
  await expect.poll(() => server.connections).toBe(0);
  await server.close();
});

describe("the life of a connection", () => {
  test("a stream opens, lists events with their ids, and closes itself with `Connection close` as the last entry", async () => {
    const stream = here.listen({ hub: false, closeAfterMs: 60_000 });
    expect(stream.getSnapshot().status.state).toBe("connecting");
    await until(stream, "open");
    expect(stream.getSnapshot().closesAt).toBeGreaterThan(Date.now());
    server.emit("time is now", { id: "7" });
    await expect.poll(() => texts(stream)).toEqual(["Connection open ...", "time is now"]);
    expect(stream.getSnapshot().entries[1]).toMatchObject({ kind: "message", id: "7", omitted: 0 });
    here.fire(60_000);
    await until(stream, "closed");
    server.emit("too late");
    await expect.poll(() => server.connections).toBe(0);
    expect(texts(stream)).toEqual(["Connection open ...", "time is now", "Connection close"]);
    expect(stream.getSnapshot()).toMatchObject({ events: 1, closesAt: null });
  });

  test("a stream of all types lists every event, and no type changes the connection's state", async () => {
    const stream = here.listen({ hub: false, types: "all" });
    await until(stream, "open");
    for (const type of ["message", "book.renamed", "open", "error"]) {
      server.emit(`of ${type}`, { type, id: "7" });
    }
    await expect
      .poll(() => stream.getSnapshot().entries.map(({ kind, type, text }) => [kind, type, text]))
      .toEqual([
        ["open", undefined, "Connection open ..."],
        ["message", undefined, "of message"],
        ["message", "book.renamed", "of book.renamed"],
        ["message", "open", "of open"],
        ["message", "error", "of error"],
      ]);
    expect(stream.getSnapshot()).toMatchObject({ lastEventId: "7", status: { state: "open" } });
  });

  test("the auto-close comes on time and as the last entry, even if the server never answers", async () => {
    server.stall(true);
    const stream = here.listen({ hub: false, closeAfterMs: 100 });
    await until(stream, "closed");
    expect(texts(stream)).toEqual(["Connection close"]);
  });

  test("a stream connects when it has a subscriber, and two subscribers share one connection", async () => {
    const stream = here.make({ hub: false });
    expect(server.requests).toBe(0);
    here.atEnd(
      stream.subscribe(() => {}),
      stream.subscribe(() => {}),
    );
    await until(stream, "open");
    expect(server.requests).toBe(1);
  });

  test("subscribing, leaving and subscribing again, as StrictMode does, makes one connection", async () => {
    let built = 0;
    class Counted extends EventSource {
      constructor(url: string) {
        super(url);
        built += 1;
      }
    }
    const stream = here.make({ hub: false, world: here.world({ EventSource: Counted }) });
    stream.subscribe(() => {})();
    here.atEnd(stream.subscribe(() => {}));
    await until(stream, "open");
    expect(built).toBe(1);
    expect(server.requests).toBe(1);
  });

  test("events of a source after its close, as polyfills send them, are ignored", async () => {
    class Deaf extends EventSource {
      override close(): void {
        here.atEnd(() => super.close());
      }
    }
    const stream = here.listen({ hub: false, world: here.world({ EventSource: Deaf }) });
    await until(stream, "open");
    stream.close();
    server.emit("too late");
    server.drop();
    await expect.poll(() => server.requests).toBe(2);
    stream.insertMessage("after all");
    await expect
      .poll(() => texts(stream))
      .toEqual(["Connection open ...", "Connection close", "after all"]);
  });

  test("a stream closes when the last subscriber leaves, and opens again with the next one", async () => {
    const stream = here.make({ hub: false });
    const stop = stream.subscribe(() => {});
    await until(stream, "open");
    stop();
    await expect.poll(() => server.connections).toBe(0);
    expect(texts(stream)).toEqual(["Connection open ..."]);
    here.atEnd(stream.subscribe(() => {}));
    await until(stream, "open");
    expect(server.requests).toBe(2);
  });

  test("reopen opens a closed stream, and restarts the auto-close", async () => {
    const stream = here.listen({ hub: false, closeAfterMs: 60_000 });
    await until(stream, "open");
    here.fire(60_000);
    await until(stream, "closed");
    stream.reopen();
    await until(stream, "open");
    here.fire(60_000);
    await until(stream, "closed");
    expect(texts(stream).filter((text) => text === "Connection close")).toHaveLength(2);
  });

  test("reopen in any state leaves one connection, the new one", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    stream.reopen();
    stream.reopen();
    await expect.poll(() => texts(stream)).toEqual(["Connection open ...", "Connection open ..."]);
    await expect.poll(() => server.connections).toBe(1);
    server.emit("once");
    await expect.poll(() => texts(stream).filter((text) => text === "once")).toHaveLength(1);
  });

  test("keepOpen cancels the auto-close", async () => {
    const stream = here.listen({ hub: false, closeAfterMs: 60_000 });
    await until(stream, "open");
    stream.keepOpen();
    await expect.poll(() => stream.getSnapshot().closesAt).toBeNull();
    expect(here.fire(60_000)).toBe(false);
    expect(stream.getSnapshot().status.state).toBe("open");
  });

  test("a stream that close() has closed stays closed for later subscribers, and lists that once", async () => {
    const stream = here.make({ hub: false });
    const stop = stream.subscribe(() => {});
    await until(stream, "open");
    stream.close();
    stream.close();
    stop();
    here.atEnd(stream.subscribe(() => {}));
    await expect.poll(() => texts(stream)).toEqual(["Connection open ...", "Connection close"]);
    expect(server.requests).toBe(1);
  });

  test("a stream that is closed before its first subscriber is never opened, and lists that once", async () => {
    const stream = here.make({ hub: false });
    stream.close();
    stream.close();
    here.atEnd(stream.subscribe(() => {}));
    await until(stream, "closed");
    expect(texts(stream)).toEqual(["Connection close"]);
    expect(server.requests).toBe(0);
    stream.reopen();
    await until(stream, "open");
  });

  test("`kept` is true from keepOpen until reopen, even when the page is left and restored", async () => {
    const stream = here.listen({ hub: false, closeAfterMs: 60_000 });
    await until(stream, "open");
    expect(stream.getSnapshot().kept).toBe(false);
    stream.keepOpen();
    here.tell("pagehide");
    await until(stream, "connecting");
    expect(stream.getSnapshot().kept).toBe(true);
    here.tell("pageshow", { persisted: true });
    await until(stream, "open");
    expect(stream.getSnapshot()).toMatchObject({ kept: true, closesAt: null });
    stream.reopen();
    await expect.poll(() => stream.getSnapshot().closesAt).not.toBeNull();
    expect(stream.getSnapshot().kept).toBe(false);
  });

  test("without EventSource the status is unsupported, and nothing else happens", async () => {
    const stream = here.listen({
      hub: false,
      closeAfterMs: 50,
      world: here.world({ EventSource: undefined }),
    });
    await until(stream, "unsupported");
    expect(texts(stream)).toEqual(["浏览器不支持 EventSource API"]);
    expect(stream.getSnapshot().closesAt).toBeNull();
    stream.close();
    await expect.poll(() => here.timers).toBe(0);
    expect(texts(stream)).toEqual(["浏览器不支持 EventSource API"]);
  });
});

describe("losses", () => {
  test("a 503 is recovered from by a new EventSource, with one `Connection error` that says what happens next", async () => {
    server.refuse(3);
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    expect(server.requests).toBe(4);
    expect(texts(stream)).toEqual(["Connection error", "Connection open ..."]);
    expect(stream.getSnapshot().entries[0]?.detail).toMatch(/next try in 0\.0 s/);
  });

  test("the status of a waiting stream has the time and the number of the next try", async () => {
    server.refuse(1);
    const stream = here.listen({ hub: false, backoff: { first: 60_000, longest: 60_000 } });
    await until(stream, "reconnecting");
    const { status } = stream.getSnapshot();
    expect(status).toMatchObject({ attempt: 1, next: { by: "page" } });
    const at = status.state === "reconnecting" && status.next.by === "page" ? status.next.at : 0;
    const wait = (at ?? 0) - Date.now();
    expect(wait).toBeGreaterThan(29_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });

  test("the wait doubles up to its limit, and is never less than half", async () => {
    const waits: number[] = [];
    const real = here.world({ random: () => 0 });
    const after: World["after"] = (ms, callback) => {
      // The rates' tick (1 s) and the wait for an answer (30 s) are not waits between tries.
      const other = ms === 1_000 || ms === 30_000;
      if (!other) waits.push(ms);
      return real.after(other ? ms : 0, callback);
    };
    server.refuse(5);
    const stream = here.listen({
      hub: false,
      backoff: { first: 1_600, longest: 8_000 },
      world: { ...real, after },
    });
    await until(stream, "open");
    expect(waits).toEqual([800, 1_600, 3_200, 4_000, 4_000]);
  });

  test("a server that accepts the connection and never answers is given up, and asked again", async () => {
    const real = here.world();
    const after: World["after"] = (ms, callback) => real.after(ms === 30_000 ? 50 : ms, callback);
    server.stall(true);
    const stream = here.listen({
      hub: false,
      backoff: { first: 10, longest: 10 },
      world: { ...real, after },
    });
    await expect.poll(() => server.requests).toBeGreaterThan(1);
    server.stall(false);
    await until(stream, "open");
  });

  test("a hub's stream that opens and sends no data, not even a heartbeat, is requested again, less and less often", async () => {
    const real = here.world();
    const after: World["after"] = (ms, callback) => real.after(ms >= 120_000 ? 50 : ms, callback);
    const stream = here.listen({
      hub: true,
      backoff: { first: 10, longest: 10 },
      world: { ...real, after },
    });
    await expect.poll(() => server.requests).toBeGreaterThan(2);
    await expect
      .poll(() => losses(stream))
      .toEqual([
        expect.stringMatching(/^nothing came for 120\.0 s;/),
        expect.stringMatching(/^nothing came for 240\.0 s;/),
        ...losses(stream).slice(2),
      ]);
  });

  test("the status distinguishes a try of the page that is under way from a try of the browser", async () => {
    server.refuse(1);
    const stream = here.listen({ hub: false, backoff: { first: 60_000, longest: 60_000 } });
    await until(stream, "reconnecting");
    server.stall(true);
    here.tell("online");
    await expect
      .poll(() => stream.getSnapshot().status)
      .toEqual({ state: "reconnecting", attempt: 1, next: { by: "page", at: null } });
    stream.reopen();
    server.stall(false);
    stream.reopen();
    await until(stream, "open");
    server.stall(true);
    server.drop();
    await expect
      .poll(() => stream.getSnapshot().status)
      .toEqual({ state: "reconnecting", attempt: 1, next: { by: "browser" } });
  });

  test("a browser's own try that hangs is given up, later than a try of the page", async () => {
    const waits: number[] = [];
    const real = here.world();
    const after: World["after"] = (ms, callback) => {
      waits.push(ms);
      // Longer than the server's `retry:`, so that the browser has tried again by then.
      return real.after(ms === 120_000 ? 300 : ms, callback);
    };
    const stream = here.listen({
      hub: false,
      backoff: { first: 10, longest: 10 },
      world: { ...real, after },
    });
    await until(stream, "open");
    server.stall(true);
    server.drop();
    await expect.poll(() => server.requests).toBeGreaterThan(2);
    server.stall(false);
    stream.reopen();
    await until(stream, "open");
    expect(waits).toContain(120_000);
  });

  test("a page that is visible again without a pageshow event is connected again", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    here.tell("pagehide");
    await expect.poll(() => server.connections).toBe(0);
    here.tell("visibilitychange");
    await until(stream, "open");
    expect(server.connections).toBe(1);
  });

  test("an id is cut to its first 200 characters", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    server.emit("one", { id: "7".repeat(10_000) });
    await expect.poll(() => stream.getSnapshot().entries.at(-1)?.id).toBe("7".repeat(200));
  });

  test("a stream that was cut is reconnected by the browser with the last id, and is listed as one error", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    server.emit("one", { id: "41" });
    await expect.poll(() => stream.getSnapshot().events).toBe(1);
    server.drop();
    await expect.poll(() => server.requests).toBe(2);
    await until(stream, "open");
    expect(server.lastEventId).toBe("41");
    expect(texts(stream)).toEqual([
      "Connection open ...",
      "one",
      "Connection error",
      "Connection open ...",
    ]);
  });

  test("each loss is listed, and not each failed try", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    for (const requests of [4, 7]) {
      server.refuse(2);
      server.drop();
      await expect.poll(() => server.requests).toBe(requests);
      await until(stream, "open");
    }
    expect(texts(stream).filter((text) => text === "Connection error")).toHaveLength(2);
  });

  test.each([
    ["the network comes back", () => here.tell("online")],
    ["the page is looked at", () => here.tell("visibilitychange")],
  ])("a wait ends at once when %s", async (_, happen) => {
    server.refuse(1);
    const stream = here.listen({ hub: false, backoff: { first: 60_000, longest: 60_000 } });
    await until(stream, "reconnecting");
    happen();
    await until(stream, "open");
    happen();
    expect(server.requests).toBe(2);
  });

  test("an open stream that has promised heartbeats is replaced when it falls silent", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    server.emit("0.1", { type: "runnel:heartbeat" });
    await expect.poll(() => server.requests).toBe(2);
    await until(stream, "open");
    await expect.poll(() => server.connections).toBe(1);
    const [loss] = stream.getSnapshot().entries.filter(({ kind }) => kind === "error");
    expect(loss?.detail).toMatch(/^nothing came for 0\.3 s, so it is taken for dead; next try in/);
    expect(stream.getSnapshot().events).toBe(0);
  });

  test("a gap in the history is listed in one row, is not an event, and is a sign of life", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    server.emit("0.2", { type: "runnel:heartbeat" });
    const gap = JSON.stringify({ requested: "3", continuesAfter: "7" });
    server.emit(gap, { type: "runnel:gap" });
    await expect.poll(() => stream.getSnapshot().entries.at(-1)?.kind).toBe("gap");
    expect(texts(stream)).toEqual([
      "Connection open ...",
      "Some events are missing: history no longer held what came before.",
    ]);
    expect(stream.getSnapshot().events).toBe(0);
    const beat = setInterval(() => server.emit(gap, { type: "runnel:gap" }), 50);
    here.atEnd(() => clearInterval(beat));
    await expect.poll(() => stream.getSnapshot().entries.length).toBeGreaterThan(15);
    expect(server.requests).toBe(1);
  });

  test("messages are signs of life, like heartbeats", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    server.emit("0.2", { type: "runnel:heartbeat" });
    const beat = setInterval(() => server.emit("alive"), 50);
    here.atEnd(() => clearInterval(beat));
    await expect.poll(() => stream.getSnapshot().events).toBeGreaterThan(15);
    expect(server.requests).toBe(1);
  });

  test.each(["", "soon", "0", "-1", "NaN", "0.0001", "1e99"])(
    "a heartbeat with the data %j promises nothing",
    async (data) => {
      const stream = here.listen({ hub: false });
      await until(stream, "open");
      server.emit(data, { type: "runnel:heartbeat" });
      server.emit("after it");
      await expect.poll(() => stream.getSnapshot().events).toBe(1);
      // The rates' tick is the only timer, and no watchdog runs.
      expect(here.timers).toBe(1);
    },
  );
});

describe("the life of a page", () => {
  test("leaving the page closes the connection without an entry, and Back opens one again", async () => {
    const stream = here.listen({ hub: false, closeAfterMs: 60_000 });
    await until(stream, "open");
    here.tell("pagehide");
    await expect.poll(() => server.connections).toBe(0);
    here.tell("pageshow", { persisted: true });
    await until(stream, "open");
    here.tell("pageshow", { persisted: true });
    await expect.poll(() => texts(stream)).toEqual(["Connection open ...", "Connection open ..."]);
    expect(server.requests).toBe(2);
    expect(stream.getSnapshot().closesAt).not.toBeNull();
  });

  test("a stream that is closed while the page is in the cache for Back is still closed when the page is restored", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    here.tell("pagehide");
    stream.close();
    here.tell("pageshow", { persisted: true });
    await until(stream, "closed");
    await expect.poll(() => server.connections).toBe(0);
    expect(texts(stream)).toEqual(["Connection open ...", "Connection close"]);
    expect(server.requests).toBe(1);
  });

  test("Back does not open a closed stream", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    stream.close();
    here.tell("pagehide");
    here.tell("pageshow", { persisted: true });
    await expect.poll(() => server.connections).toBe(0);
    expect(server.requests).toBe(1);
  });
});

describe("the list", () => {
  test("insertMessage accepts a string, or an array of strings, and adds one entry for each", async () => {
    const stream = here.make({ hub: false });
    stream.insertMessage("<b>one</b>");
    stream.insertMessage(["two", "three"]);
    stream.insertMessage([]);
    await expect.poll(() => texts(stream)).toEqual(["<b>one</b>", "two", "three"]);
  });

  test.each([[1], [null], [undefined], [{}], [["fine", 2]], [[["nested"]]]])(
    "insertMessage throws for %j and inserts nothing",
    async (msg) => {
      const stream = here.make({ hub: false });
      expect(() => Reflect.apply(stream.insertMessage, stream, [msg])).toThrow(
        new Error("string or Array string"),
      );
      stream.insertMessage("the only one");
      await expect.poll(() => texts(stream)).toEqual(["the only one"]);
    },
  );

  test("10,000 events at once leave 500 entries and a count of all events, with few notifications", async () => {
    const stream = here.listen({ hub: false });
    let notified = 0;
    here.atEnd(stream.subscribe(() => (notified += 1)));
    await until(stream, "open");
    server.emitAll(Array.from({ length: 10_000 }, (_, i) => `event ${i}`));
    await expect.poll(() => stream.getSnapshot().events).toBe(10_000);
    const { entries, dropped } = stream.getSnapshot();
    expect(entries).toHaveLength(500);
    expect(dropped).toBe(10_001 - 500);
    expect([entries[0]?.text, entries.at(-1)?.text]).toEqual(["event 9500", "event 9999"]);
    expect(notified).toBeLessThan(200);
  });

  test("a very long text is cut between whole characters, with the number of characters left out", async () => {
    const stream = here.make({ hub: false });
    stream.insertMessage(`${"x".repeat(3_999)}😀${"y".repeat(100)}`);
    await expect.poll(() => stream.getSnapshot().entries.length).toBe(1);
    expect(stream.getSnapshot().entries[0]).toMatchObject({
      text: "x".repeat(3_999),
      omitted: 102,
    });
  });

  test("a paused list does not change but counts new events, and resume shows them", async () => {
    const stream = here.listen({ hub: false });
    await until(stream, "open");
    stream.pause();
    server.emitAll(["one", "two"]);
    await expect.poll(() => stream.getSnapshot().held).toBe(2);
    expect(stream.getSnapshot()).toMatchObject({ events: 2, paused: true });
    expect(texts(stream)).toEqual(["Connection open ..."]);
    stream.resume();
    await expect.poll(() => texts(stream)).toEqual(["Connection open ...", "one", "two"]);
    expect(stream.getSnapshot()).toMatchObject({ paused: false, held: 0 });
  });

  test("clear empties the list, paused or not, and the count of events continues", async () => {
    const stream = here.make({ hub: false });
    stream.insertMessage(["one", "two"]);
    stream.pause();
    stream.clear();
    stream.insertMessage("three");
    await expect.poll(() => stream.getSnapshot().held).toBe(1);
    expect(texts(stream)).toEqual([]);
    stream.resume();
    await expect.poll(() => texts(stream)).toEqual(["three"]);
    expect(stream.getSnapshot().dropped).toBe(0);
  });

  test("a snapshot never changes, and is the same object until the stream changes", async () => {
    const stream = here.make({ hub: false });
    stream.insertMessage("one");
    await expect.poll(() => texts(stream)).toEqual(["one"]);
    const before = stream.getSnapshot();
    expect(stream.getSnapshot()).toBe(before);
    stream.insertMessage("two");
    await vi.waitFor(() => expect(stream.getSnapshot()).not.toBe(before));
    expect(before.entries.map(({ text }) => text)).toEqual(["one"]);
  });

  test("a server always renders the same empty snapshot", () => {
    const stream = here.make({ hub: false });
    expect(stream.getServerSnapshot()).toBe(stream.getServerSnapshot());
    expect(stream.getServerSnapshot()).toEqual(here.make({ hub: false }).getServerSnapshot());
    expect(stream.getServerSnapshot()).toMatchObject({
      status: { state: "connecting" },
      entries: [],
    });
  });
});

describe("the rate", () => {
  /** A stream with three events, and a clock that the test moves. */
  async function setUp() {
    const clock = { elapsed: 0, now: Date.now() };
    const stream = here.listen({
      hub: false,
      world: here.world({ elapsed: () => clock.elapsed, now: () => clock.now }),
    });
    await until(stream, "open");
    server.emitAll(["one", "two", "three"]);
    await expect.poll(() => stream.getSnapshot().rates.at(-1)).toBe(3);
    return { stream, clock };
  }

  test("the rate is updated even if the time of day is set back", async () => {
    const { stream, clock } = await setUp();
    clock.now -= 3_600_000;
    clock.elapsed += 5_000;
    stream.insertMessage("any change");
    await expect.poll(() => stream.getSnapshot().rates.at(-6)).toBe(3);
    expect(stream.getSnapshot().rate).toBe(0);
  });

  test("the rates of a closed stream do not change until it is opened again", async () => {
    const { stream, clock } = await setUp();
    stream.close();
    clock.elapsed += 5_000;
    stream.pause();
    await expect.poll(() => stream.getSnapshot().paused).toBe(true);
    expect(stream.getSnapshot().rates.at(-1)).toBe(3);
    stream.reopen();
    await expect.poll(() => stream.getSnapshot().rates.at(-6)).toBe(3);
  });
});
