import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type ScriptedStream,
  startScriptedStream,
} from "../../e2e/fixtures/streams/scripted-stream.ts";
import { losses, TestWorld, texts, until } from "../testing/test-world.ts";

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

/** The Last-Event-ID of the last request. */
const askedFor = () =>
  new URLSearchParams(server.seen.at(-1)?.url.split("?")[1]).get("last_event_id");
const requests = (n: number) => expect.poll(() => server.requests).toBe(n);

describe("the position that a stream resumes after", () => {
  test("a hub is asked for heartbeats, and only for new events unless a cursor is given", async () => {
    await until(here.listen(), "open");
    expect(server.seen[0]?.url).toBe("/stream?heartbeat=event");
    await until(here.listen({ lastEventId: "c-1" }), "open");
    expect(askedFor()).toBe("c-1");
  });

  test("another server's address is requested unchanged, each time", async () => {
    const stream = here.listen({ hub: false, url: `${server.url}?a=b`, lastEventId: "c-1" });
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    stream.reopen();
    await requests(2);
    expect(server.seen.map(({ url }) => url)).toEqual(["/stream?a=b", "/stream?a=b"]);
  });

  test("a stream resumes after the last event when its request was refused", async () => {
    const stream = here.listen();
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    server.refuse(1);
    server.drop();
    await requests(3);
    expect(askedFor()).toBe("7");
  });

  test("the id of a heartbeat, or one that came with a gap, moves the position without an event", async () => {
    const stream = here.listen();
    await until(stream, "open");
    server.emit("15", { type: "runnel:heartbeat", id: "quiet" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("quiet");
    server.emit("15", { type: "runnel:heartbeat" });
    server.emit("{}", { type: "runnel:gap", id: "after the gap" });
    await expect.poll(() => stream.getSnapshot().gaps).toBe(1);
    expect(stream.getSnapshot()).toMatchObject({ lastEventId: "after the gap", events: 0 });
    stream.reopen();
    await requests(2);
    expect(askedFor()).toBe("after the gap");
  });

  test("a new connection that has sent no id yet does not clear the last id", async () => {
    const stream = here.listen();
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    stream.reopen();
    await requests(2);
    await until(stream, "open");
    server.emit("without an id");
    await expect.poll(() => stream.getSnapshot().events).toBe(2);
    stream.reopen();
    await requests(3);
    expect(askedFor()).toBe("7");
  });

  test.each([
    [
      "Back",
      "connecting",
      () => here.tell("pagehide"),
      () => here.tell("pageshow", { persisted: true }),
    ],
    ["unfrozen", "paused", () => here.tell("freeze"), () => here.tell("resume")],
  ] as const)("%s, it reopens and resumes after its last id", async (_, state, leave, back) => {
    const stream = here.listen();
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    leave();
    await until(stream, state);
    await expect.poll(() => server.connections).toBe(0);
    back();
    await until(stream, "open");
    expect(askedFor()).toBe("7");
    expect(server.connections).toBe(1);
  });

  test("the stream resumes for the next subscriber after the last id of the earlier one", async () => {
    const stream = here.make();
    const stop = stream.subscribe(() => {});
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    stop();
    here.atEnd(stream.subscribe(() => {}));
    await requests(2);
    expect(askedFor()).toBe("7");
  });
});

describe("a hidden page", () => {
  test("disconnects after a while, and resumes after its last id as soon as it is visible", async () => {
    const stream = here.listen({ hiddenAfterMs: 60_000 });
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    here.look(false);
    here.fire(60_000);
    await until(stream, "paused");
    await expect.poll(() => server.connections).toBe(0);
    here.tell("online");
    here.tell("resume");
    here.look(true);
    await until(stream, "open");
    expect(server.requests).toBe(2);
    expect(askedFor()).toBe("7");
    expect(losses(stream)).toEqual([]);
  });

  test("keeps its connection if it is visible again before that", async () => {
    const stream = here.listen({ hiddenAfterMs: 60_000 });
    await until(stream, "open");
    here.look(false);
    here.look(true);
    expect(here.fire(60_000)).toBe(false);
    expect(stream.getSnapshot().status.state).toBe("open");
    expect(server.requests).toBe(1);
  });

  test("makes a new connection after it was suspended with all its timers, because the old one may be dead", async () => {
    let slept = 0;
    const world = here.world({ now: () => Date.now() + slept });
    const stream = here.listen({ hiddenAfterMs: 60_000, world });
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    here.look(false);
    slept = 3_600_000;
    here.look(true);
    await requests(2);
    expect(askedFor()).toBe("7");
    await expect.poll(() => server.connections).toBe(1);
    here.look(false);
    here.look(true);
    await until(stream, "open");
    expect(server.requests).toBe(2);
    expect(losses(stream)).toEqual([]);
  });

  test("is paused too if the stream was opened in it, and never if hiddenAfterMs is 0", async () => {
    here.isVisible = false;
    const stream = here.listen({ hiddenAfterMs: 60_000 });
    const other = here.listen({ hiddenAfterMs: 0 });
    await until(other, "open");
    here.fire(60_000);
    await until(stream, "paused");
    expect(other.getSnapshot().status.state).toBe("open");
  });

  test("with hiddenAfterMs 0 disconnects while it is frozen, and resumes while it is still hidden", async () => {
    here.isVisible = false;
    const stream = here.listen({ hiddenAfterMs: 0 });
    const other = here.listen({ hiddenAfterMs: 60_000 });
    await until(stream, "open");
    await until(other, "open");
    here.tell("freeze");
    await until(stream, "paused");
    here.tell("resume");
    await until(stream, "open");
    expect(other.getSnapshot().status.state).toBe("paused");
  });

  test("keeps a closed stream closed, and opens it on reopen()", async () => {
    const stream = here.listen({ hiddenAfterMs: 60_000 });
    await until(stream, "open");
    here.look(false);
    here.fire(60_000);
    await until(stream, "paused");
    stream.close();
    here.look(true);
    await until(stream, "closed");
    here.look(false);
    stream.reopen();
    await until(stream, "open");
    expect(server.requests).toBe(2);
  });
});

describe("a cut", () => {
  test("breaks the connection, is reported, and ends after the given time with a stream that resumes after its last id", async () => {
    const stream = here.listen();
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    stream.cut(300);
    await until(stream, "reconnecting");
    await expect.poll(() => server.connections).toBe(0);
    here.fire(300);
    await until(stream, "open");
    expect(askedFor()).toBe("7");
    expect(losses(stream)).toEqual(["broken here on purpose; next try in 0.3 s"]);
  });

  test("leaves a stream closed that is closed meanwhile, and leaves one connection if it is reopened or the page is visible again meanwhile", async () => {
    const stream = here.listen();
    await until(stream, "open");
    stream.cut(5_000);
    stream.close();
    await until(stream, "closed");
    stream.cut(1);
    stream.reopen();
    await requests(2);
    await until(stream, "open");
    stream.cut(60_000);
    here.tell("online");
    here.look(true);
    await until(stream, "reconnecting");
    stream.cut(60_000);
    stream.reopen();
    await requests(3);
    await until(stream, "open");
    await expect.poll(() => server.connections).toBe(1);
  });

  test("during a wait for the next try replaces that wait", async () => {
    server.refuse(1);
    const stream = here.listen({ backoff: { first: 60_000, longest: 60_000 } });
    await until(stream, "reconnecting");
    stream.cut(5_000);
    here.fire(5_000);
    await until(stream, "open");
    expect(server.requests).toBe(2);
    expect(here.fire(60_000)).toBe(false);
  });
});

describe("events", () => {
  test("of other types are listed with their type if they were asked for, and not otherwise", async () => {
    const stream = here.listen({ types: ["tick", "runnel:heartbeat", "error", "open"] });
    await until(stream, "open");
    server.emit("unasked", { type: "tock" });
    server.emit("15", { type: "runnel:heartbeat" });
    server.emit("one", { type: "tick", id: "7" });
    await expect.poll(() => texts(stream)).toEqual(["Connection open ...", "one"]);
    expect(stream.getSnapshot().entries[1]).toMatchObject({
      kind: "message",
      type: "tick",
      id: "7",
    });
  });

  test("of the types `error` and `open` are listed, and do not change the connection's state", async () => {
    const stream = here.listen({ types: ["error", "open"] });
    await until(stream, "open");
    server.emit("one", { type: "error" });
    server.emit("two", { type: "open" });
    await expect.poll(() => stream.getSnapshot().events).toBe(2);
    expect(stream.getSnapshot().status.state).toBe("open");
    expect(texts(stream)).toEqual(["Connection open ...", "one", "two"]);
  });
});

describe("a renewal", () => {
  test("is called before each try that follows a refusal, and before no other", async () => {
    const renewed: number[] = [];
    server.refuse(2, 401);
    const stream = here.listen({ renew: async () => renewed.push(server.requests) });
    await until(stream, "open");
    expect(renewed).toEqual([1, 2]);
    server.drop();
    await requests(4);
    expect(renewed).toHaveLength(2);
  });

  test("that fails is reported once with its reason, and tried again", async () => {
    let times = 0;
    server.refuse(1, 401);
    const stream = here.listen({
      renew: async () => {
        times += 1;
        if (times < 3) throw new Error("who are you");
      },
    });
    await until(stream, "open");
    expect(times).toBe(3);
    expect(server.requests).toBe(2);
    expect(losses(stream).map((detail) => detail?.replace(/[\d.]+ s/, "n s"))).toEqual([
      expect.stringContaining("no event stream was to be had"),
      "the renewal failed: who are you; next try in n s",
    ]);
  });

  test("that throws counts as one that fails", async () => {
    server.refuse(1);
    const stream = here.listen({
      renew: () => {
        throw "plain words";
      },
    });
    await expect.poll(() => losses(stream).at(-1)).toMatch(/^the renewal failed: plain words/);
  });

  test("that never ends is given up, and one that ends too late opens no connection", async () => {
    here.instead.set(30_000, 40);
    const ends: (() => void)[] = [];
    server.refuse(1);
    const stream = here.listen({ renew: () => new Promise<void>((resolve) => ends.push(resolve)) });
    await expect.poll(() => ends.length).toBeGreaterThan(1);
    stream.close();
    for (const end of ends) end();
    await until(stream, "closed");
    await expect.poll(() => here.timers).toBe(0);
    expect(server.requests).toBe(1);
  });
});

describe("a path that holds a stream back", () => {
  const held = (stream: ReturnType<typeof here.listen>) => {
    const { status } = stream.getSnapshot();
    return "held" in status && status.held;
  };
  const told = (stream: ReturnType<typeof here.listen>) =>
    stream
      .getSnapshot()
      .entries.filter(({ kind }) => kind === "held")
      .map(({ detail }) => detail);

  test("is reported once, also over new connections, and no longer when bytes come in time", async () => {
    const stream = here.listen();
    await until(stream, "open");
    here.fire(5_000);
    await expect.poll(() => held(stream)).toBe(true);
    expect(told(stream)).toEqual([expect.stringContaining("a proxy on the path buffers")]);
    server.drop();
    await requests(2);
    await until(stream, "open");
    expect(held(stream)).toBe(true);
    server.emit("15", { type: "runnel:heartbeat" });
    await expect.poll(() => held(stream)).toBe(false);
    expect(told(stream)).toHaveLength(1);
  });

  test("is noticed if not even the head of the answer arrives", async () => {
    server.stall(true);
    const stream = here.listen();
    await expect.poll(() => here.fire(5_000)).toBe(true);
    await expect.poll(() => held(stream)).toBe(true);
    expect(stream.getSnapshot().status.state).toBe("connecting");
    expect(told(stream)).toEqual([expect.stringContaining("No answer at all yet")]);
  });

  test("is no longer looked for once a server has begun with other data than a hub's first bytes", async () => {
    const stream = here.listen();
    await until(stream, "open");
    here.fire(5_000);
    await expect.poll(() => held(stream)).toBe(true);
    server.emit("a hub would have said that it lives");
    await expect.poll(() => held(stream)).toBe(false);
    server.drop();
    await requests(2);
    await until(stream, "open");
    // Its silence does not count as death either.
    expect([here.fire(5_000), here.fire(120_000)]).toEqual([false, false]);
  });

  test("is not assumed when a server is slow during reconnection", async () => {
    server.refuse(1);
    const stream = here.listen({ backoff: { first: 60_000, longest: 60_000 } });
    await until(stream, "reconnecting");
    server.stall(true);
    here.tell("online");
    await requests(2);
    expect(here.fire(5_000)).toBe(false);
    server.stall(false);
    server.emit("15", { type: "runnel:heartbeat" });
    await until(stream, "open");
    expect(told(stream)).toEqual([]);
  });

  test("is not looked for if the server is not a hub, or if the first bytes are there", async () => {
    const other = here.listen({ hub: false });
    await until(other, "open");
    expect(here.fire(5_000)).toBe(false);
    const stream = here.listen();
    await until(stream, "open");
    server.emit("15", { type: "runnel:heartbeat" });
    server.emit("after it");
    await expect.poll(() => stream.getSnapshot().events).toBe(1);
    expect(here.fire(5_000)).toBe(false);
    expect([held(other), held(stream)]).toEqual([false, false]);
  });
});
