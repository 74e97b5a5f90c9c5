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
  test("are kept in their order, the canonical one first, each once", () => {
    expect(parse({ topics: ["b", "a", "b"] })).toMatchObject({ update: { topics: ["b", "a"] } });
  });

  test("are at least one, and at most a hundred", () => {
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
  ])("never are %s, as canonical topic or as alternate", (topic) => {
    expect(parse({ topics: [topic] })).toMatchObject(invalid("topic "));
    expect(parse({ topics: ["a", topic] })).toMatchObject(invalid("topic "));
  });

  test("may be what is no URL reference, as that names nothing of the hub's", () => {
    expect(parse({ topics: ["http://a b/.well-known/mercure"] }).ok).toBe(true);
  });

  test("are checked each: empty, too long", () => {
    expect(parse({ topics: ["a", ""] })).toMatchObject(invalid("topic is empty"));
    expect(parse({ topics: ["a", "b".repeat(2_049)] })).toMatchObject(tooLarge("may have 2048"));
  });
});

describe("an update's id", () => {
  test("is the publisher's, or left to the log", () => {
    expect(parse({ id: "urn:uuid:1" })).toMatchObject({ update: { id: "urn:uuid:1" } });
    for (const id of [undefined, ""]) {
      const parsed = parse({ id });
      expect(parsed.ok && "id" in parsed.update).toBe(false);
    }
  });

  test.each(["#", "#1", "earliest"])("is not %s, which is the hub's", (id) => {
    expect(parse({ id })).toMatchObject(invalid("id "));
  });

  test.each(["earliest1", "Earliest", "a#b"])("may be %s", (id) => {
    expect(parse({ id }).ok).toBe(true);
  });

  test("is short enough for a header", () => {
    expect(parse({ id: "a".repeat(UPDATE_LIMITS.idLength) }).ok).toBe(true);
    expect(parse({ id: "a".repeat(UPDATE_LIMITS.idLength + 1) })).toMatchObject(tooLarge("id has"));
  });
});

describe("an update's type", () => {
  test("is the publisher's, or none", () => {
    expect(parse({ type: "price" })).toMatchObject({ update: { type: "price" } });
    const parsed = parse({ type: "" });
    expect(parsed.ok && "type" in parsed.update).toBe(false);
  });

  test.each(["mercure", "runnel:gap", "runnel:"])("is not %s, which only the hub sends", (type) => {
    expect(parse({ type })).toMatchObject(invalid("kept for the hub"));
  });

  test.each(["Mercure", "mercure2", "runnel"])("may be %s", (type) => {
    expect(parse({ type }).ok).toBe(true);
  });

  test("is bounded", () => {
    const longest = UPDATE_LIMITS.typeLength;
    expect(parse({ type: "a".repeat(longest) }).ok).toBe(true);
    expect(parse({ type: "a".repeat(longest + 1) })).toMatchObject(tooLarge("type has"));
  });
});

test.each(FORBIDDEN)(
  "neither topic, id nor type has %j: it could forge lines or hide",
  (character) => {
    const value = `a${character}b`;
    expect(parse({ topics: [value] })).toMatchObject(invalid("topic "));
    expect(parse({ id: value })).toMatchObject(invalid("id "));
    expect(parse({ type: value })).toMatchObject(invalid("type "));
  },
);

describe("an update's data", () => {
  test("is any text that is valid UTF-8, and kept as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (data) => {
        const parsed = parse({ data });
        if (data.isWellFormed()) expect(parsed).toMatchObject({ update: { data } });
        else expect(parsed).toMatchObject(invalid("data "));
      }),
    );
    expect(parse({ data: "a\r\n\0\u200bb" })).toMatchObject({ update: { data: "a\r\n\0\u200bb" } });
  });

  test("may be missing: then it is empty", () => {
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
  ])("%s is %i ms: no reader is told to reconnect at once, or never", (retry, ms) => {
    expect(parse({ retry })).toMatchObject({ update: { retry: ms } });
  });

  test.each(["-1", "+1", "1.5", "1e3", " 1", "1 ", "1\n", "0x10", "١", "１", "a"])(
    "%j is refused: only ASCII digits",
    (retry) => {
      expect(parse({ retry })).toMatchObject(invalid("retry "));
    },
  );

  test("may be left out or empty", () => {
    for (const retry of [undefined, ""]) {
      const parsed = parse({ retry });
      expect(parsed.ok && "retry" in parsed.update).toBe(false);
    }
  });
});

test("an update is private if its publisher says so", () => {
  expect(parse({ private: true })).toMatchObject({ update: { private: true } });
  expect(parse({ private: false })).toMatchObject({ update: { private: false } });
});
