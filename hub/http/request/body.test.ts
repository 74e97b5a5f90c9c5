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

/** A body whose parts arrive when the test sends them. */
function sending(headers: Record<string, string> = {}) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    request: post({ body: readable, duplex: "half", headers }),
    send: (text: string) => writer.write(Buffer.from(text)),
    end: () => writer.close(),
    leave: () => writer.abort(new Error("aborted")),
    /** Resolves when the reader has abandoned the rest. */
    givenUp: writer.closed.then(
      () => "ended",
      () => "given up",
    ),
  };
}

describe("a request's body", () => {
  test("is read unchanged, up to the largest permitted size", async () => {
    expect(textOf(await read(post({ body: "é\r\n" }), 4))).toBe("é\r\n");
    expect(textOf(await read(post({ body: "12345" }), 4))).toBe("too-large");
  });

  test("is read as empty if the request has none", async () => {
    expect(textOf(await read(post({}), 4))).toBe("");
  });

  test("is not read at all if its declared length is too large", async () => {
    const body = sending({ "Content-Length": "1000" });
    expect(textOf(await read(body.request, 999))).toBe("too-large");
    expect(body.request.bodyUsed).toBe(false);
  });
});

test("the rest of a body that has become too large is discarded, so that its client reads the response", async () => {
  const body = sending();
  const result = read(body.request, 25);
  for (const part of ["1234567890", "1234567890", "123456"]) await body.send(part);
  expect(textOf(await result)).toBe("too-large");
  for (let i = 0; i < 100; i++) await body.send("1234567890");
  await body.end();
  expect(await body.givenUp).toBe("ended");
});

test("a body that has become too large and does not end is discarded for at most 5 s", async () => {
  const body = sending();
  const result = read(body.request, 5);
  await body.send("123456");
  expect(textOf(await result)).toBe("too-large");
  timers.advance(4_999);
  await body.send("1");
  timers.advance(1);
  expect(await body.givenUp).toBe("given up");
});

describe("a body that does not arrive completely", () => {
  const late = {
    ok: false,
    name: "body-timeout",
    problem: "a body may pause for 30 s, and take 120 s in all",
    headers: { Connection: "close" },
  };

  test("is abandoned after 30 s of silence, and its connection ends", async () => {
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

  test("is abandoned after 120 s, even if bytes keep arriving", async () => {
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

  test("is removed from the budget when its client leaves, and is no error", async () => {
    const body = sending({ "Content-Length": "20" });
    const result = read(body.request, 20);
    await body.send("1234567890");
    await body.leave();
    expect(await result).toMatchObject({ ok: false, name: "bad-body" });
  });
});

describe("the budget of all bodies", () => {
  const full = {
    ok: false,
    name: "too-many-bodies",
    problem: expect.stringContaining("send it again"),
    headers: { "Retry-After": "1" },
  };

  test("is exceeded by at most one body, and the next body is refused until one has ended", async () => {
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

  test("limits each client to its share, so the others keep theirs", async () => {
    const body = sending({ "Content-Length": "60" });
    const result = read(body.request, 60, "a");
    expect(await read(post({ body: "1" }), 60, "a")).toEqual(full);
    expect(textOf(await read(post({ body: "1" }), 60, "b"))).toBe("1");
    await body.leave();
    await result;
  });

  test("counts received bytes if no length is declared", async () => {
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

  test("counts received bytes if they are more than the declared length", async () => {
    const body = sending({ "Content-Length": "1" });
    const result = read(body.request, 90);
    await body.send("1234567890");
    await new Promise(setImmediate);
    expect(budget.bytes).toBe(10);
    await body.end();
    expect(textOf(await result)).toBe("1234567890");
  });
});
