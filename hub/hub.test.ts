import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Hub } from "./hub.ts";
import type { HeartbeatKind } from "./streams/connection.ts";
import type { Limits } from "./streams/connections.ts";
import { FakeTimers } from "./testing/fake-timers.ts";
import { ListLogger } from "./testing/list-logger.ts";
import { ListSink } from "./testing/list-sink.ts";
import { testHub } from "./testing/test-hub.ts";

let timers: FakeTimers;
let logger: ListLogger;
let hub: Hub;

function newHub(limits: Partial<Limits> = {}): Hub {
  return testHub({ timers, logger, limits: { maxConnections: 3, ...limits }, log: null });
}

function listen(heartbeat: HeartbeatKind = "comment"): ListSink {
  const sink = new ListSink();
  expect(
    hub.subscribeToClock({ id: hub.connections.newId(), sink, heartbeat, client: "a" }),
  ).toMatchObject({ open: true });
  return sink;
}

const leave = (...sinks: ListSink[]) => {
  for (const sink of sinks) sink.owner?.closed();
};

beforeEach(() => {
  timers = new FakeTimers();
  logger = new ListLogger();
  hub = newHub();
});

afterEach(() => {
  expect(hub.connections.size).toBe(0);
  expect(timers.open).toBe(0);
});

describe("the clock", () => {
  test("runs only while it has a subscriber", () => {
    expect(timers.open).toBe(0);
    const sink = listen();
    expect(timers.open).toBeGreaterThan(0);
    leave(sink);
    expect(timers.open).toBe(0);
  });

  test("sends one event a second, in one buffer that all subscribers share", () => {
    const [first, second] = [listen(), listen()];
    timers.advance(3_000);
    expect(first.chunks).toHaveLength(4);
    expect(first.chunks.slice(1)).toEqual(second.chunks.slice(1));
    for (const [index, chunk] of first.chunks.entries()) {
      if (index > 0) expect(second.chunks[index]).toBe(chunk);
    }
    leave(first, second);
  });

  test("sends events with their time as id and in their data", () => {
    const sink = listen();
    timers.advance(1_000);
    const now = timers.now();
    expect(sink.text()).toContain(`id:${now}\ndata:time is ${new Date(now)}\n\n`);
    leave(sink);
  });

  test("does not drift: a late tick does not delay the ticks after it", () => {
    const sink = listen();
    timers.jump(300);
    timers.advance(5_700);
    expect(sink.chunks).toHaveLength(1 + 6);
    leave(sink);
  });

  test("continues with the new time when the system's clock is set back", () => {
    const sink = listen();
    timers.setTime(-3_600_000);
    timers.advance(2_000);
    expect(sink.chunks).toHaveLength(1 + 2);
    expect(sink.text()).toContain(`id:${timers.now()}\n`);
    leave(sink);
  });

  test("sends one event, not 3,600, after the process was suspended for an hour", () => {
    const sink = listen();
    timers.jump(3_600_000);
    timers.advance(500);
    expect(sink.chunks).toHaveLength(2);
    leave(sink);
  });
});

describe("a reader that stops reading", () => {
  test("is sent nothing while its sink is full, delays no other reader, and continues with the next event", () => {
    const [slow, quick] = [listen(), listen()];
    slow.full = true;
    timers.advance(10_000);
    // The opening, and the event that filled the sink.
    expect(slow.chunks).toHaveLength(2);
    expect(quick.chunks).toHaveLength(11);
    slow.full = false;
    slow.owner?.drained();
    timers.advance(1_000);
    expect(slow.chunks).toHaveLength(3);
    expect(slow.chunks[2]).toBe(quick.chunks[11]);
    leave(slow, quick);
  });
});

describe("a heartbeat", () => {
  beforeEach(() => {
    hub = newHub({ heartbeatMs: 300 });
  });

  test("is sent only after silence, as a comment or as an event, as the client asked", () => {
    const [plain, seen] = [listen(), listen("event")];
    const beat = "event:runnel:heartbeat\ndata:0.3\n\n";
    expect(seen.text()).toContain(beat);
    timers.advance(950);
    expect(plain.text()).toBe(`:\nretry:2000\n\n${":\n\n".repeat(3)}`);
    expect(seen.text()).toBe(`:\nretry:2000\n\n${beat.repeat(4)}`);
    leave(plain, seen);
  });

  test("is delayed by an event", () => {
    const sink = listen();
    timers.advance(1_250);
    expect(sink.chunks).toHaveLength(1 + 3 + 1);
    timers.advance(50);
    expect(sink.chunks).toHaveLength(1 + 3 + 1 + 1);
    leave(sink);
  });

  test("needs no timer without a subscriber, and starts anew with the next subscriber", () => {
    leave(listen());
    timers.jump(10_000);
    const sink = listen();
    timers.advance(299);
    expect(sink.chunks).toHaveLength(1);
    leave(sink);
  });
});

describe("the limits of the hub", () => {
  test("refuse a stream above the number of connections, until another stream closes", () => {
    const sinks = [listen(), listen(), listen()];
    const refused = { id: "x", sink: new ListSink(), heartbeat: "comment", client: "a" } as const;
    expect(hub.subscribeToClock(refused)).toEqual({ open: false, reason: "full" });
    expect(refused.sink.owner).toBeUndefined();
    leave(...sinks.splice(0, 1));
    leave(listen(), ...sinks);
  });

  test("end a stream at its maximum age, or up to a tenth before, with a short retry time", () => {
    hub = newHub({ maxConnectionMs: 10_000 });
    const sink = listen();
    timers.advance(8_999);
    expect(sink.ended).toBe(false);
    timers.advance(1_001);
    expect(sink.ended).toBe(true);
    expect(sink.text()).toMatch(/\n\nretry:550\n\n$/);
    expect(logger.lines.at(-1)).toMatchObject({ fields: { reason: "maximum age" } });
  });
});

describe("a hub that drains", () => {
  test("refuses new streams at once, and ends each stream cleanly after the grace period, even if it lags", async () => {
    const [sink, slow] = [listen(), listen()];
    slow.full = true;
    timers.advance(1_000);
    const drained = hub.drain(1_000);
    expect(hub.state).toBe("draining");
    expect(
      hub.subscribeToClock({ id: "x", sink: new ListSink(), heartbeat: "comment", client: "a" }),
    ).toEqual({
      open: false,
      reason: "shutdown",
    });
    timers.advance(999);
    expect(sink.ended).toBe(false);
    timers.advance(1);
    await drained;
    for (const stream of [sink, slow]) {
      expect(stream.ended).toBe(true);
      expect(stream.text()).toMatch(/retry:3000\n\n$/);
    }
  });

  test("waits for a stream whose last bytes are not sent yet, and counts it until then", async () => {
    const [sink, stalled] = [listen(), listen()];
    stalled.stalled = true;
    let drained = false;
    const drain = hub.drain(0).then(() => {
      drained = true;
    });
    timers.advance(0);
    await Promise.resolve();
    expect(sink.ended && stalled.ended).toBe(true);
    expect(hub.connections.size).toBe(1);
    timers.advance(1_999);
    expect(stalled.text()).not.toContain("time is");
    expect(drained).toBe(false);
    leave(stalled);
    await drain;
  });
});

describe("a stream whose end can't be sent", () => {
  const reasons = ["maximum age", "token expired", "shutdown", "log unavailable"] as const;

  test.each(reasons)("is cut after 2 s, and no longer counts, if the reason was: %s", (reason) => {
    const sink = new ListSink();
    sink.stalled = true;
    const id = hub.connections.newId();
    const joined = hub.subscribeToClock({ id, sink, heartbeat: "comment", client: "a" });
    if (joined.open) hub.connections.end(joined.connection, reason);
    timers.advance(1_999);
    expect(sink.destroyed).toBe(false);
    expect(hub.connections.size).toBe(1);
    timers.advance(1);
    expect(sink.destroyed).toBe(true);
    expect(logger.lines.at(-1)).toMatchObject({ message: "stream closed", fields: { reason } });
  });

  test("is not cut if its reader leaves in time", () => {
    hub = newHub({ maxConnectionMs: 10_000 });
    const sink = listen();
    sink.stalled = true;
    timers.advance(11_000);
    expect(sink.ended).toBe(true);
    leave(sink);
    expect(timers.open).toBe(0);
    expect(sink.destroyed).toBe(false);
  });
});

describe("the log lines of a stream", () => {
  test("are one at its opening, and one with its duration, events and reason at its closing", () => {
    const sink = listen();
    timers.advance(2_500);
    leave(sink, sink);
    const connection = expect.stringMatching(/^[0-9a-z]+-1$/);
    expect(logger.lines).toEqual([
      { message: "stream opened", fields: { connection, connections: 1 } },
      {
        message: "stream closed",
        fields: { connection, seconds: 2.5, events: 2, reason: "client left" },
      },
    ]);
  });
});
