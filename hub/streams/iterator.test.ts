import { expect, test } from "vitest";
import { encodeCursor, encodeEvent } from "../wire/encode.ts";
import { IteratorSink } from "./iterator.ts";

/** Writes the next chunk each time the sink has room. */
function feed(sink: IteratorSink, chunks: ReturnType<typeof encodeEvent>[]) {
  const owner = {
    closings: 0,
    drained() {
      const next = chunks.shift();
      if (next) sink.write(next);
    },
    closed() {
      owner.closings += 1;
    },
  };
  sink.attach(owner);
  return owner;
}

const event = (data: string) => encodeEvent({ id: `id ${data}`, data });

test("an iterator yields the events in order, one chunk at a time, and skips chunks without an event", async () => {
  const sink = new IteratorSink();
  const chunks = [event("1"), encodeCursor("c"), encodeEvent({ type: "t", data: "2\n3" })];
  const owner = feed(sink, chunks);
  expect(await sink.next()).toEqual({
    done: false,
    value: { id: "id 1", type: "message", data: "1" },
  });
  expect(chunks).toHaveLength(2);
  const second = sink.next();
  await Promise.resolve();
  owner.drained();
  expect((await second).value).toEqual({ id: "", type: "t", data: "2\n3" });
  await sink.return();
  expect(owner.closings).toBe(1);
});

test("an iterator's sink is full while its reader is busy, and has room while its reader waits", async () => {
  const sink = new IteratorSink();
  feed(sink, []);
  expect(sink.write(event("1"))).toBe(false);
  expect((await sink.next()).value?.data).toBe("1");
  const second = sink.next();
  expect(sink.write(event("2"))).toBe(true);
  expect(sink.write(event("3"))).toBe(false);
  expect((await second).value?.data).toBe("2");
  expect((await sink.next()).value?.data).toBe("3");
});

test("two calls of an iterator's `next` at once get two results", async () => {
  const sink = new IteratorSink();
  const owner = feed(sink, []);
  const both = Promise.all([sink.next(), sink.next()]);
  sink.write(event("1"));
  sink.write(event("2"));
  expect((await both).map(({ value }) => value?.data)).toEqual(["1", "2"]);
  const over = Promise.all([sink.next(), sink.next()]);
  sink.end();
  expect((await over).map(({ done }) => done)).toEqual([true, true]);
  await sink.finished;
  expect(owner.closings).toBe(1);
});

test("an iterator's sink that is cut drops the unread events, and notifies its owner once", async () => {
  const sink = new IteratorSink();
  const owner = feed(sink, []);
  sink.write(event("1"));
  sink.end();
  sink.destroy();
  expect(await sink.next()).toEqual({ done: true, value: undefined });
  expect(owner.closings).toBe(1);
});

test("an iterator yields the events that were written before the end", async () => {
  const sink = new IteratorSink();
  feed(sink, []);
  sink.write(event("last"));
  sink.end();
  const all: string[] = [];
  for await (const { data } of sink) all.push(data);
  expect(all).toEqual(["last"]);
});
