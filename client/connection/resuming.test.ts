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

describe("where it goes on", () => {
  test("a hub is asked for heartbeats, and for nothing older than now unless a cursor is given", async () => {
    await until(here.listen(), "open");
    expect(server.seen[0]?.url).toBe("/stream?heartbeat=event");
    await until(here.listen({ lastEventId: "c-1" }), "open");
    expect(askedFor()).toBe("c-1");
  });

  test("another server's address is asked for as it stands, each time", async () => {
    const stream = here.listen({ hub: false, url: `${server.url}?a=b`, lastEventId: "c-1" });
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    stream.reopen();
    await requests(2);
    expect(server.seen.map(({ url }) => url)).toEqual(["/stream?a=b", "/stream?a=b"]);
  });

  test("behind a refusal it goes on from the last event", async () => {
    const stream = here.listen();
    await until(stream, "open");
    server.emit("one", { id: "7" });
    await expect.poll(() => stream.getSnapshot().lastEventId).toBe("7");
    server.refuse(1);
    server.drop();
    await requests(3);
    expect(askedFor()).toBe("7");
  });

  test("an id that a heartbeat shows moves it on without an event; one that came with a gap does, too", async () => {
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

  test("a new connection that has told no id yet does not make it forget the last", async () => {
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
  ] as const)("%s, it is live again and goes on where it was", async (_, state, leave, back) => {
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

  test("the next subscriber goes on where the last one left", async () => {
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
  test("lets go of its connection after a while, and goes on where it was as soon as it is seen", async () => {
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

  test("that is seen before that keeps its connection", async () => {
    const stream = here.listen({ hiddenAfterMs: 60_000 });
    await until(stream, "open");
    here.look(false);
    here.look(true);
    expect(here.fire(60_000)).toBe(false);
    expect(stream.getSnapshot().status.state).toBe("open");
    expect(server.requests).toBe(1);
  });

  test("that was suspended, timers and all, is seen with a new connection: the old one may be dead", async () => {
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

  test("that was opened so is paused too; 0 never pauses", async () => {
    here.isVisible = false;
    const stream = here.listen({ hiddenAfterMs: 60_000 });
    const other = here.listen({ hiddenAfterMs: 0 });
    await until(other, "open");
    here.fire(60_000);
    await until(stream, "paused");
    expect(other.getSnapshot().status.state).toBe("open");
  });

  test("that is never to pause lets go while it is frozen, and goes on unseen when it is not", async () => {
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

  test("stays closed when it was closed, and opens when it is told to", async () => {
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
  test("breaks the connection, is told, and is got over from the last id after the time that was given", async () => {
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

  test("that is closed before its time stays closed; opened or seen meanwhile, there is one connection", async () => {
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

  test("during a wait for the next try takes the place of that wait", async () => {
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
  test("of other types are listed with their type where they are asked for, and not otherwise", async () => {
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

  test("that are called `error` or `open` are events, and no turn in the connection's life", async () => {
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
  test("comes before each try that follows a refusal, and before no other", async () => {
    const renewed: number[] = [];
    server.refuse(2, 401);
    const stream = here.listen({ renew: async () => renewed.push(server.requests) });
    await until(stream, "open");
    expect(renewed).toEqual([1, 2]);
    server.drop();
    await requests(4);
    expect(renewed).toHaveLength(2);
  });

  test("that fails is told with why, once, and tried again", async () => {
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

  test("that throws is one that fails", async () => {
    server.refuse(1);
    const stream = here.listen({
      renew: () => {
        throw "plain words";
      },
    });
    await expect.poll(() => losses(stream).at(-1)).toMatch(/^the renewal failed: plain words/);
  });

  test("that never ends is given up, and one that ends when nobody waits for it any more opens nothing", async () => {
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

describe("a path that holds it back", () => {
  const held = (stream: ReturnType<typeof here.listen>) => {
    const { status } = stream.getSnapshot();
    return "held" in status && status.held;
  };
  const told = (stream: ReturnType<typeof here.listen>) =>
    stream
      .getSnapshot()
      .entries.filter(({ kind }) => kind === "held")
      .map(({ detail }) => detail);

  test("is told once, over new connections too, and not any more when bytes come in time", async () => {
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

  test("is noticed where not even the head of the answer comes through", async () => {
    server.stall(true);
    const stream = here.listen();
    await expect.poll(() => here.fire(5_000)).toBe(true);
    await expect.poll(() => held(stream)).toBe(true);
    expect(stream.getSnapshot().status.state).toBe("connecting");
    expect(told(stream)).toEqual([expect.stringContaining("No answer at all yet")]);
  });

  test("is not looked for any more once a server has begun with something else than a hub's first bytes", async () => {
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

  test("is not what makes a server slow that is asked again", async () => {
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

  test("is not looked for where the server is no hub, nor where the first bytes are there", async () => {
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
