import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HubUrl } from "../base/hub-url.ts";
import { parseUpdate, UPDATE_LIMITS, type UpdateFields } from "./update.ts";

const hubUrl = new HubUrl("https://hub.example.com/.well-known/mercure");

const parse = (fields: Partial<UpdateFields>) =>
  parseUpdate({ topics: ["https://example.com/books/1"], private: false, ...fields }, hubUrl);
const invalid = (problem: string) => ({
  ok: false,
  reason: "invalid",
  problem: expect.stringContaining(problem),
});
const tooLarge = (problem: string) => ({ ...invalid(problem), reason: "too large" });

/** Characters that no topic, id or type may have: C0, DEL, C1, Cf, and a lone surrogate. */
const FORBIDDEN = [
  "\0",
  "\t",
  "\n",
  "\r",
  "\u001f",
  "\u007f",
  "\u0080",
  "\u009f",
  "\u00ad",
  "\u200b",
  "\u202e",
  "\ufeff",
  "\ud800",
];

describe("an update's topics", () => {
  test("keep their order, the canonical topic first, without repeats", () => {
    expect(parse({ topics: ["b", "a", "b"] })).toMatchObject({ update: { topics: ["b", "a"] } });
  });

  test("must be at least one, and at most a hundred", () => {
    expect(parse({ topics: [] })).toMatchObject(invalid("topic is missing"));
    const many = Array.from({ length: UPDATE_LIMITS.topics + 1 }, (_, i) => `t${i}`);
    expect(parse({ topics: many.slice(1) }).ok).toBe(true);
    expect(parse({ topics: many })).toMatchObject(tooLarge("topic: 101 are too many"));
  });

  test.each([
    "/.well-known/mercure",
    "/.well-known/%6Dercure/subscriptions",
    "/.well-known/mercure/../mercure/x",
    "https://hub.example.com/.well-known/mercure/subscriptions",
    "https://evil.example/.well-known/mercure/x",
    "*",
  ])("may not include %s, as canonical topic or as alternate", (topic) => {
    expect(parse({ topics: [topic] })).toMatchObject(invalid("topic "));
    expect(parse({ topics: ["a", topic] })).toMatchObject(invalid("topic "));
  });

  test("may include text that is not a URL reference, because it can't name the hub's own topics", () => {
    expect(parse({ topics: ["http://a b/.well-known/mercure"] }).ok).toBe(true);
  });

  test("are each checked: an empty or too long one is refused", () => {
    expect(parse({ topics: ["a", ""] })).toMatchObject(invalid("topic is empty"));
    expect(parse({ topics: ["a", "b".repeat(2_049)] })).toMatchObject(tooLarge("may have 2048"));
  });
});

describe("an update's id", () => {
  test("is the publisher's own, or is left for the log to make", () => {
    expect(parse({ id: "urn:uuid:1" })).toMatchObject({ update: { id: "urn:uuid:1" } });
    for (const id of [undefined, ""]) {
      const parsed = parse({ id });
      expect(parsed.ok && "id" in parsed.update).toBe(false);
    }
  });

  test.each(["#", "#1", "earliest"])("may not be %s, which is reserved for the hub", (id) => {
    expect(parse({ id })).toMatchObject(invalid("id "));
  });

  test.each(["earliest1", "Earliest", "a#b"])("may be %s", (id) => {
    expect(parse({ id }).ok).toBe(true);
  });

  test("must be short enough for a header", () => {
    expect(parse({ id: "a".repeat(UPDATE_LIMITS.idLength) }).ok).toBe(true);
    expect(parse({ id: "a".repeat(UPDATE_LIMITS.idLength + 1) })).toMatchObject(tooLarge("id has"));
  });
});

describe("an update's type", () => {
  test("is the publisher's own, or missing", () => {
    expect(parse({ type: "price" })).toMatchObject({ update: { type: "price" } });
    const parsed = parse({ type: "" });
    expect(parsed.ok && "type" in parsed.update).toBe(false);
  });

  test.each(["mercure", "runnel:gap", "runnel:"])(
    "may not be %s, which only the hub sends",
    (type) => {
      expect(parse({ type })).toMatchObject(invalid("kept for the hub"));
    },
  );

  test.each(["Mercure", "mercure2", "runnel"])("may be %s", (type) => {
    expect(parse({ type }).ok).toBe(true);
  });

  test("may not be longer than its bound", () => {
    const longest = UPDATE_LIMITS.typeLength;
    expect(parse({ type: "a".repeat(longest) }).ok).toBe(true);
    expect(parse({ type: "a".repeat(longest + 1) })).toMatchObject(tooLarge("type has"));
  });
});

test.each(FORBIDDEN)(
  "a topic, id or type with %j is refused, because it could forge lines or hide",
  (character) => {
    const value = `a${character}b`;
    expect(parse({ topics: [value] })).toMatchObject(invalid("topic "));
    expect(parse({ id: value })).toMatchObject(invalid("id "));
    expect(parse({ type: value })).toMatchObject(invalid("type "));
  },
);

describe("an update's data", () => {
  test("may be any valid UTF-8 text, and is kept unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (data) => {
        const parsed = parse({ data });
        if (data.isWellFormed()) expect(parsed).toMatchObject({ update: { data } });
        else expect(parsed).toMatchObject(invalid("data "));
      }),
    );
    expect(parse({ data: "a\r\n\0\u200bb" })).toMatchObject({ update: { data: "a\r\n\0\u200bb" } });
  });

  test("may be missing, and is empty then", () => {
    expect(parse({})).toMatchObject({ update: { data: "" } });
  });
});

describe("an update's retry", () => {
  test.each([
    ["0", 100],
    ["99", 100],
    ["0101", 101],
    ["3000", 3_000],
    ["2147483647", 2_147_483_647],
    ["9".repeat(400), 2_147_483_647],
  ])("of %s becomes %i ms, so that no reader reconnects at once, or never", (retry, ms) => {
    expect(parse({ retry })).toMatchObject({ update: { retry: ms } });
  });

  test.each(["-1", "+1", "1.5", "1e3", " 1", "1 ", "1\n", "0x10", "١", "１", "a"])(
    "of %j is refused, because only ASCII digits are valid",
    (retry) => {
      expect(parse({ retry })).toMatchObject(invalid("retry "));
    },
  );

  test("may be missing or empty", () => {
    for (const retry of [undefined, ""]) {
      const parsed = parse({ retry });
      expect(parsed.ok && "retry" in parsed.update).toBe(false);
    }
  });
});

test("an update is private only if its publisher asks for it", () => {
  expect(parse({ private: true })).toMatchObject({ update: { private: true } });
  expect(parse({ private: false })).toMatchObject({ update: { private: false } });
});
