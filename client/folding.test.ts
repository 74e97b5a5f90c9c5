import type { StandardSchemaV1 } from "@standard-schema/spec";
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import { z } from "zod";
import {
  type ScriptedStream,
  startScriptedStream,
} from "../e2e/fixtures/streams/scripted-stream.ts";
import { createEventStream } from "./event-stream.ts";
import { TestWorld, until } from "./testing/test-world.ts";

const Book = z.object({ id: z.string(), copies: z.coerce.number().int() });

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

test("data has the schema's output and types, in the entry and in the state", async () => {
  const stream = here.listen({
    schema: Book,
    initial: new Map<string, number>([["b0", 1]]),
    reduce: (state, { id, type, data, value }) => {
      expect([id, type, data]).toEqual(["7", "message", '{"id":"b1","copies":"2"}']);
      return new Map(state).set(value.id, value.copies);
    },
  });
  expectTypeOf(stream.getSnapshot().state).toEqualTypeOf<Map<string, number>>();
  expectTypeOf(stream.getSnapshot().entries[0]?.value).toEqualTypeOf<
    z.infer<typeof Book> | undefined
  >();
  await until(stream, "open");
  server.emit('{"id":"b1","copies":"2"}', { id: "7" });
  await expect.poll(() => stream.getSnapshot().state.get("b1")).toBe(2);
  expect(stream.getSnapshot().entries[1]?.value).toEqual({ id: "b1", copies: 2 });
  expect([...stream.getServerSnapshot().state]).toEqual([["b0", 1]]);
});

test("a stream without schema and fold has no state and no value, and a server renders the same", () => {
  const stream = createEventStream({ url: "/hub" });
  expectTypeOf(stream.getSnapshot().state).toEqualTypeOf<undefined>();
  expect(stream.getServerSnapshot().state).toBeUndefined();
});

test.each([
  ["no JSON", "{", /JSON/],
  ["not what the schema says", '{"id":1,"copies":"x"}', /^id: .+; copies: .+/],
])(
  "data that is %s is listed as invalid with its reason, is not folded, and moves the last id",
  async (_, data, why) => {
    const stream = here.listen({ schema: Book, initial: 0, reduce: (state) => state + 1 });
    await until(stream, "open");
    server.emit(data, { id: "7", type: "message" });
    await expect.poll(() => stream.getSnapshot().entries.at(-1)?.kind).toBe("invalid");
    expect(stream.getSnapshot()).toMatchObject({ state: 0, events: 1, lastEventId: "7" });
    expect(stream.getSnapshot().entries.at(-1)).toMatchObject({
      text: data,
      detail: expect.stringMatching(why),
    });
  },
);

test.each([
  ["answers later", async () => ({ value: 1 }), /has to answer at once/],
  ["rejects", () => Promise.reject(new Error("no")), /has to answer at once/],
  [
    "throws",
    () => {
      throw new Error("broken");
    },
    /^broken$/,
  ],
])("a schema that %s is reported, and the stream continues", async (_, validate, why) => {
  const schema: StandardSchemaV1<unknown, number> = {
    "~standard": { version: 1, vendor: "test", validate },
  };
  const stream = here.listen({ schema });
  await until(stream, "open");
  server.emit("1");
  await expect.poll(() => stream.getSnapshot().entries.at(-1)?.detail).toMatch(why);
  expect(stream.getSnapshot().status.state).toBe("open");
});

test("each event is folded once, in order, whether the list is paused or the connection was lost", async () => {
  const stream = here.listen({ initial: "", reduce: (state: string, { data }) => state + data });
  await until(stream, "open");
  stream.pause();
  server.emitAll(["a", "b"]);
  await expect.poll(() => stream.getSnapshot().state).toBe("ab");
  stream.clear();
  server.drop();
  await expect.poll(() => server.requests).toBe(2);
  await expect.poll(() => server.connections).toBe(1);
  server.emit("c");
  await expect.poll(() => stream.getSnapshot().state).toBe("abc");
});

test("the state is the same object until an event changes it", async () => {
  const stream = here.listen({ initial: { n: 0 }, reduce: ({ n }) => ({ n: n + 1 }) });
  await until(stream, "open");
  const { state } = stream.getSnapshot();
  stream.insertMessage("my own");
  await expect.poll(() => stream.getSnapshot().entries.length).toBe(2);
  expect(stream.getSnapshot().state).toBe(state);
});

test("an error of the app's own reducer is thrown to the app, and the stream continues with the state as it was", async () => {
  const thrown: unknown[] = [];
  vi.stubGlobal("queueMicrotask", (callback: () => void) => {
    Promise.resolve()
      .then(callback)
      .catch((error) => thrown.push(error));
  });
  const stream = here.listen({
    initial: 0,
    reduce: (state: number, { data }) => {
      if (data === "bad") throw new Error("mine");
      return state + 1;
    },
  });
  await until(stream, "open");
  server.emitAll(["one", "bad", "two"]);
  await expect.poll(() => stream.getSnapshot().state).toBe(2);
  expect(thrown).toEqual([new Error("mine")]);
  vi.unstubAllGlobals();
});
