import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { bearer, detailOf, problemOf, SECRET, World } from "../../testing/http-world.ts";
import { HUB_URL } from "../../testing/test-hub.ts";
import { parseBatch, parseFormUpdate } from "./publish-body.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

describe("a form", () => {
  const parse = (body: string) => parseFormUpdate(Buffer.from(body), HUB_URL);

  test("has the canonical topic first, followed by the alternates", () => {
    expect(parse("topic=b&topic=a&topic=c")).toMatchObject({
      updates: [{ topics: ["b", "a", "c"] }],
    });
  });

  test("uses only the first of each other field", () => {
    const twice = "topic=a&data=1&data=2&id=3&id=4&type=5&type=6&retry=700&retry=800";
    expect(parse(twice)).toMatchObject({
      updates: [{ data: "1", id: "3", type: "5", retry: 700 }],
    });
  });

  test("is private only if it has the field of that name", () => {
    expect(parse("topic=a&Private=1")).toMatchObject({ updates: [{ private: false }] });
  });
});

describe("a batch", () => {
  test("is published as a whole, in order, and answered with one id per line", async () => {
    const listener = await world.listen("?match=*", bearer(await world.token("subscriber", ["b"])));
    const response = await world.batch([
      { topic: "a", data: "1", id: "x", type: "t", retry: 0 },
      { topic: ["b", "c"], data: { n: [1, null] }, private: true, retry: "600" },
      { topic: "c", data: null, more: "ignored" },
    ]);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const ids = (await response.text()).split("\n");
    expect(ids).toEqual(["x", expect.stringMatching(/^urn:/), expect.stringMatching(/^urn:/), ""]);
    expect([await listener.next(), await listener.next(), await listener.next()]).toEqual([
      { id: "x", event: "t", data: "1" },
      { id: ids[1], event: undefined, data: '{"n":[1,null]}' },
      { id: ids[2], event: undefined, data: "null" },
    ]);
    expect(listener.retries.slice(-2)).toEqual([100, 600]);
  });

  test("may have empty lines, CRLF and a line feed at the end", async () => {
    const response = await world.batch(['\n\r\n{"topic":"a"}\r', '{"topic":"b"}\n']);
    expect(response.status).toBe(200);
    expect((await response.text()).split("\n")).toHaveLength(3);
  });

  test("is private for each update that says true", async () => {
    const anyone = await world.listen("?match=a");
    const lines = [true, false, undefined].map((each) => ({
      topic: "a",
      data: each,
      private: each,
    }));
    await world.batch(lines);
    await world.publish({ topic: "a", data: "end" });
    const seen = [await anyone.next(), await anyone.next(), await anyone.next()];
    expect(seen.map(({ data }) => data)).toEqual(["false", "", "end"]);
  });

  const wrong: [unknown, number, string][] = [
    ["{", 400, "is not JSON"],
    [
      `{"topic":"a","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      400,
      "is nested too deep",
    ],
    ["[]", 400, "is not a JSON object"],
    ["null", 400, "is not a JSON object"],
    ['"a"', 400, "is not a JSON object"],
    [{ data: SECRET }, 400, "topic is missing"],
    [{ topic: [] }, 400, "topic is missing"],
    [{ topic: 5 }, 400, "topic is neither a text nor a list of texts"],
    [{ topic: ["a", null] }, 400, "topic is neither a text nor a list of texts"],
    [{ topic: "*" }, 400, "topic is `*`"],
    [{ topic: "/.well-known/mercure/x" }, 400, "topic lies in /.well-known/mercure"],
    [{ topic: "a", private: "on" }, 400, "private is neither true nor false"],
    [{ topic: "a", id: 5 }, 400, "id is not a text"],
    [{ topic: "a", id: "#1" }, 400, "id starts with #"],
    [{ topic: "a", type: 5 }, 400, "type is not a text"],
    [{ topic: "a", type: "mercure" }, 400, "type is"],
    [{ topic: "a", retry: true }, 400, "retry is not a number"],
    [{ topic: "a", retry: -1 }, 400, "retry is not a whole number"],
    [{ topic: "a", retry: 1.5 }, 400, "retry is not a whole number"],
    ['{"topic":"a","data":"\\ud800"}', 400, "data is not valid UTF-8"],
    [{ topic: Array.from({ length: 101 }, (_, n) => `${n}`) }, 413, "topic: 101 are too many"],
    [{ topic: "a".repeat(2_049) }, 413, "topic has 2049 characters"],
  ];
  test.each(wrong)(
    "with %j as its second line is refused, and the problem names the line",
    async (line, status, problem) => {
      const response = await world.batch([{ topic: "a", data: SECRET }, line, { topic: "b" }]);
      expect(response.status).toBe(status);
      expect(await problemOf(response)).toBe(status === 413 ? "too-large" : "bad-update");
      expect(await detailOf(response)).toContain(`line 2: ${problem}`);
      expect(await world.history()).toEqual([]);
    },
  );

  test("lets other requests run while it is parsed", async () => {
    // Each reading of the clock takes a millisecond.
    class SlowTimers extends FakeTimers {
      override elapsed(): number {
        this.jump(1);
        return super.elapsed();
      }
    }
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const lines = Buffer.from('{"topic":"a"}\n'.repeat(300));
    const limits = { maxUpdateBytes: 100, maxUpdates: 300 };
    const parsed = await parseBatch(lines, HUB_URL, limits, new SlowTimers());
    clearImmediate(counting);
    expect(parsed).toMatchObject({ ok: true });
    expect(turns).toBeGreaterThan(50);
  });

  test("counts empty lines when the problem names a line", async () => {
    const response = await world.batch([{ topic: "a" }, "", "", "{"]);
    expect(await detailOf(response)).toBe("line 4: is not JSON");
  });

  test("is authorized before any update of it is appended", async () => {
    const one = bearer(await world.token("publisher", ["a"]));
    const response = await world.batch([{ topic: "a", data: SECRET }, { topic: "b" }], one);
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    expect(await detailOf(response)).toBe(
      "update 2: the access token does not grant to publish to b",
    );
    expect(await world.history()).toEqual([]);
  });

  test("is refused if it has no update, or is not UTF-8", async () => {
    expect(await detailOf(await world.batch(["", " "]))).toBe("the batch has no update");
    const headers = bearer(await world.token("publisher"));
    const response = await world.post(Buffer.from('{"topic":"\xff"}', "latin1"), {
      "Content-Type": "application/x-ndjson",
      ...headers,
    });
    expect(await detailOf(response)).toBe("line 1: is not valid UTF-8");
  });

  test("is refused with 413 if its bytes, a line's bytes or its updates exceed the limit", async () => {
    await world.end();
    world = new World({ maxUpdateBytes: 40, maxBatchBytes: 100 });
    const long = { topic: "a", data: "x".repeat(40) };
    expect(await detailOf(await world.batch([{ topic: "a" }, long]))).toMatch(/^line 2: \d+ bytes/);
    const many = Array.from({ length: 10 }, () => ({ topic: "a" }));
    const response = await world.batch(many);
    expect(response.status).toBe(413);
    expect(await detailOf(response)).toBe("the body may have 100 bytes");
    const limits = { maxUpdateBytes: 100, maxUpdates: 2 };
    const lines = Buffer.from('{"topic":"a"}\n'.repeat(3));
    expect(await parseBatch(lines, HUB_URL, limits, new FakeTimers())).toEqual({
      ok: false,
      reason: "too large",
      problem: "line 3: a batch may have 2 updates",
    });
  });
});
