import { expect, test } from "vitest";
import { HubError } from "./base/errors.ts";
import { MemoryLog } from "./log/memory.ts";
import { FakeTimers } from "./testing/fake-timers.ts";
import { ListLogger } from "./testing/list-logger.ts";
import { ListSink } from "./testing/list-sink.ts";
import { HUB_URL, testHub } from "./testing/test-hub.ts";
import { parseMatcher } from "./topics/matcher.ts";
import { parseUpdate } from "./topics/update.ts";

const RETENTION = { maxUpdates: 100, maxBytes: 100_000, maxAgeMs: 0 };

/** A log that a test can make lost. */
class LosableLog extends MemoryLog {
  lose: (error: HubError) => void = () => {};
  override readonly lost = new Promise<HubError>((resolve) => {
    this.lose = resolve;
  });
}

test("a hub that has lost its log refuses streams and updates, ends its streams with a time to reconnect, and logs only their closing", async () => {
  const timers = new FakeTimers();
  const logger = new ListLogger();
  const log = new LosableLog({ retention: RETENTION, timers });
  const hub = testHub({ timers, logger, log });
  const matcher = parseMatcher("exact", "a", HUB_URL);
  const update = parseUpdate({ topics: ["a"], data: "x", private: false }, HUB_URL);
  if (!matcher.ok || !update.ok) throw new Error("not parsed");
  const subscribe = (sink: ListSink) =>
    hub.subscribe({
      id: hub.connections.newId(),
      sink,
      matchers: [matcher.matcher],
      heartbeat: "comment",
      client: "a",
      access: undefined,
      lastEventId: undefined,
    });
  const publish = () => hub.publish({ updates: [update.update], access: "own code" });
  const sinks = [new ListSink(), new ListSink()];
  for (const sink of sinks) expect(await subscribe(sink)).toMatchObject({ open: true });
  await publish();
  const linesBefore = logger.lines.length;

  const error = new HubError("log:owned", "another process has it");
  log.lose(error);
  expect(await hub.lost).toBe(error);
  expect(hub.state).toBe("lost");
  await expect(publish()).rejects.toBe(error);
  expect(await subscribe(new ListSink())).toEqual({ open: false, reason: "shutdown" });
  const drained = hub.drain(0);
  timers.advance(0);
  await drained;
  expect(hub.state).toBe("lost");
  for (const sink of sinks) {
    expect(sink.ended).toBe(true);
    expect(sink.text()).toMatch(/data:.*\n\nretry:\d+\n\n$/);
  }
  await hub.close();
  const lines = logger.lines.slice(linesBefore).map(({ message }) => message);
  expect(lines).toEqual(["stream closed", "stream closed"]);
  expect(timers.open).toBe(0);
});
