import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_TOPIC_LENGTH } from "../../protocol/limits.ts";
import { characterProblem, parseTopic } from "./topic.ts";

describe("a topic", () => {
  test.each([
    "https://example.com/books/1",
    "books/1",
    "urn:x:y",
    "日本",
    "a b",
    "😀",
    "**",
    "#",
    "earliest",
  ])("may be %j", (raw) => {
    expect(parseTopic(raw)).toEqual({ ok: true, topic: raw });
  });

  test("may not be empty, nor `*`, the matcher of every topic", () => {
    expect(parseTopic("")).toMatchObject({ ok: false, reason: "invalid" });
    expect(parseTopic("*")).toMatchObject({ ok: false, reason: "invalid" });
  });

  test("has at most 2,048 UTF-16 code units", () => {
    expect(parseTopic("a".repeat(MAX_TOPIC_LENGTH)).ok).toBe(true);
    expect(parseTopic("a".repeat(MAX_TOPIC_LENGTH + 1))).toMatchObject({ reason: "too long" });
    expect(parseTopic("😀".repeat(MAX_TOPIC_LENGTH / 2 + 1))).toMatchObject({ reason: "too long" });
  });

  test("may not have a control character: C0, DEL, C1", () => {
    for (let code = 0; code < 0xa0; code++) {
      const forbidden = code < 0x20 || code >= 0x7f;
      expect(parseTopic(`a${String.fromCharCode(code)}b`).ok, code.toString(16)).toBe(!forbidden);
    }
  });

  test("may not have an invisible format character, and the problem names it", () => {
    for (const code of [0xad, 0x61c, 0x200b, 0x200d, 0x200e, 0x202e, 0x2066, 0xfeff, 0xe0001]) {
      const parsed = parseTopic(`a${String.fromCodePoint(code)}`);
      const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
      expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(name) });
    }
  });

  test("must be valid UTF-8, without a lone surrogate", () => {
    for (const raw of ["\ud800", "a\udc00b", "\udc00\ud800"]) {
      expect(parseTopic(raw)).toMatchObject({ ok: false, problem: "is not valid UTF-8" });
    }
  });

  test("is either refused or kept as it was written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (raw) => {
        const parsed = parseTopic(raw);
        if (parsed.ok) expect(parsed.topic).toBe(raw);
        else expect(raw === "" || raw === "*" || characterProblem(raw) !== undefined).toBe(true);
      }),
    );
  });
});
