import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { BodyBudget } from "../service/body-budget.ts";
import { type BodyRead, readBody } from "./body.ts";

const HERE = "https://hub.example.com/";

let timers: FakeTimers;
let budget: BodyBudget;
beforeEach(() => {
  timers = new FakeTimers();
  budget = new BodyBudget({ maxBytes: 100, maxBytesPerClient: 50 });
});
afterEach(() => {
  expect(budget.bytes).toBe(0);
  expect(timers.open).toBe(0);
});

const post = (init: RequestInit & { duplex?: "half" }) =>
  new Request(HERE, { method: "POST", ...init });

const read = (request: Request, maxBytes: number, client = "a") =>
  readBody(request, { maxBytes, budget, client, timers });

const textOf = (result: BodyRead) => (result.ok ? result.body.toString() : result.name);

/** A body that comes as the test sends it. */
function sending(headers: Record<string, string> = {}) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    request: post({ body: readable, duplex: "half", headers }),
    send: (text: string) => writer.write(Buffer.from(text)),
    end: () => writer.close(),
    leave: () => writer.abort(new Error("aborted")),
    /** Resolves when the reader has given up the rest. */
    givenUp: writer.closed.then(
      () => "ended",
      () => "given up",
    ),
  };
}

describe("a body is read", () => {
  test("as it came, up to the last byte that it may have", async () => {
    expect(textOf(await read(post({ body: "é\r\n" }), 4))).toBe("é\r\n");
    expect(textOf(await read(post({ body: "12345" }), 4))).toBe("too-large");
  });

  test("as an empty one where there is none", async () => {
    expect(textOf(await read(post({}), 4))).toBe("");
  });

  test("not at all where it is declared too large", async () => {
    const body = sending({ "Content-Length": "1000" });
    expect(textOf(await read(body.request, 999))).toBe("too-large");
    expect(body.request.bodyUsed).toBe(false);
  });
});

test("the rest of a body that has become too large is thrown away, so that its client reads the answer", async () => {
  const body = sending();
  const result = read(body.request, 25);
  for (const part of ["1234567890", "1234567890", "123456"]) await body.send(part);
  expect(textOf(await result)).toBe("too-large");
  for (let i = 0; i < 100; i++) await body.send("1234567890");
  await body.end();
  expect(await body.givenUp).toBe("ended");
});

test("a body that has become too large and does not end is given up after 5 s", async () => {
  const body = sending();
  const result = read(body.request, 5);
  await body.send("123456");
  expect(textOf(await result)).toBe("too-large");
  timers.advance(4_999);
  await body.send("1");
  timers.advance(1);
  expect(await body.givenUp).toBe("given up");
});

describe("a body that does not arrive", () => {
  const late = {
    ok: false,
    name: "body-timeout",
    problem: "a body may pause for 30 s, and take 120 s in all",
    headers: { Connection: "close" },
  };

  test("is given up after 30 s of silence, and its connection with it", async () => {
    const body = sending({ "Content-Length": "20" });
    const result = read(body.request, 20);
    expect(budget.bytes).toBe(20);
    await body.send("1234567890");
    await new Promise(setImmediate);
    timers.advance(29_999);
    await body.send("123456789");
    await new Promise(setImmediate);
    timers.advance(30_000);
    expect(await result).toEqual(late);
  });

  test("is given up after 120 s, however steadily it drips", async () => {
    const body = sending();
    const result = read(body.request, 20);
    for (let second = 10; second < 120; second += 10) {
      await body.send("1");
      await new Promise(setImmediate);
      timers.advance(10_000);
    }
    expect(budget.bytes).toBe(11);
    timers.advance(10_000);
    expect(await result).toEqual(late);
  });

  test("since its client has left counts no longer, and is no error", async () => {
    const body = sending({ "Content-Length": "20" });
    const result = read(body.request, 20);
    await body.send("1234567890");
    await body.leave();
    expect(await result).toMatchObject({ ok: false, name: "bad-body" });
  });
});

describe("all bodies together", () => {
  const full = {
    ok: false,
    name: "too-many-bodies",
    problem: expect.stringContaining("send it again"),
    headers: { "Retry-After": "1" },
  };

  test("take no more than the budget and one body: the next is refused until one has ended", async () => {
    const bodies = ["a", "b", "c"].map((client) => {
      const body = sending({ "Content-Length": "40" });
      return { ...body, result: read(body.request, 40, client) };
    });
    expect(budget.bytes).toBe(120);
    expect(await read(post({ body: "1" }), 40, "d")).toEqual(full);
    for (const { send, end } of bodies) {
      await send("1".repeat(40));
      await end();
    }
    for (const { result } of bodies) expect(textOf(await result)).toHaveLength(40);
    expect(textOf(await read(post({ body: "1" }), 40, "d"))).toBe("1");
  });

  test("of one client take no more than its share, and leave the others theirs", async () => {
    const body = sending({ "Content-Length": "60" });
    const result = read(body.request, 60, "a");
    expect(await read(post({ body: "1" }), 60, "a")).toEqual(full);
    expect(textOf(await read(post({ body: "1" }), 60, "b"))).toBe("1");
    await body.leave();
    await result;
  });

  test("count as they come where no length is declared", async () => {
    const body = sending();
    const result = read(body.request, 90);
    for (let i = 1; i <= 5; i++) {
      await body.send("1234567890");
      await new Promise(setImmediate);
      expect(budget.bytes).toBe(10 * i);
    }
    await body.send("1");
    expect(await result).toEqual(full);
    await body.end();
    expect(await body.givenUp).toBe("ended");
    await new Promise(setImmediate);
  });

  test("count what has come where that is more than was declared", async () => {
    const body = sending({ "Content-Length": "1" });
    const result = read(body.request, 90);
    await body.send("1234567890");
    await new Promise(setImmediate);
    expect(budget.bytes).toBe(10);
    await body.end();
    expect(textOf(await result)).toBe("1234567890");
  });
});
