import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MATCHER_TYPES, type MatcherType } from "../../protocol/matcher-types.ts";
import { HubUrl } from "../base/hub-url.ts";
import { parseMatcher } from "./matcher.ts";
import { parseTopic } from "./topic.ts";

const hubUrl = new HubUrl("https://hub.example.com/.well-known/mercure");

function matcher(type: MatcherType, match: string) {
  const parsed = parseMatcher(type, match, hubUrl);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

const topics = fc.string({ unit: "grapheme", minLength: 1 }).filter((raw) => parseTopic(raw).ok);

describe.each(MATCHER_TYPES)("a matcher of type %s", (type) => {
  test("that is `*` matches every topic, even one that is not a URL", () => {
    expect(matcher(type, "*").matches("http://a b/")).toBe(true);
    expect(matcher(type, "*").mayMatchReserved).toBe(true);
    fc.assert(fc.property(topics, (topic) => matcher(type, "*").matches(topic)));
  });

  test("has the same key for `*` as the other types", () => {
    expect(matcher(type, "*").key).toBe(matcher("exact", "*").key);
    expect(matcher(type, "*").kind).toBe("any");
  });

  test.each([
    ["", "is empty"],
    ["a\u0000", "U+0000"],
    ["a\n", "U+000A"],
    ["a\u007f", "U+007F"],
    ["a\u0085", "U+0085"],
    ["a\u200b", "U+200B"],
    ["\ud800", "is not valid UTF-8"],
    ["a".repeat(2_049), "may have 2048"],
  ])("is refused if it is %j", (match, problem) => {
    expect(parseMatcher(type, match, hubUrl)).toMatchObject({
      ok: false,
      problem: expect.stringContaining(problem),
    });
  });
});

describe("an exact matcher", () => {
  test("matches the topic that is the same, byte for byte, and no other", () => {
    fc.assert(
      fc.property(topics, topics, (one, other) => {
        fc.pre(one !== "*");
        expect(matcher("exact", one).matches(one)).toBe(true);
        expect(matcher("exact", one).matches(other)).toBe(one === other);
      }),
    );
  });

  test.each([
    ["https://example.com/a", "https://EXAMPLE.com/a"],
    ["https://example.com/a", "https://example.com/A"],
    ["https://example.com/a", "https://example.com:443/a"],
    ["https://example.com/~", "https://example.com/%7E"],
    ["https://example.com/a", "https://example.com/b/../a"],
    ["/a", "https://hub.example.com/a"],
    ["\u00e9", "e\u0301"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/"],
    ["/books/:id", "/books/1"],
  ])("neither resolves nor normalizes URLs: %s does not match %s", (match, topic) => {
    expect(matcher("exact", match).matches(topic)).toBe(false);
  });

  test("may match the hub's namespace only if it names a topic there", () => {
    expect(matcher("exact", "/.well-known/mercure/subscriptions").mayMatchReserved).toBe(true);
    expect(matcher("exact", "https://example.com/books/1").mayMatchReserved).toBe(false);
  });
});

describe("a urlpattern matcher", () => {
  test("matches the topics that its pattern matches", () => {
    const books = matcher("urlpattern", "https://example.com/books/:id");
    expect(books.kind).toBe("pattern");
    expect(books.matches("https://example.com/books/1")).toBe(true);
    expect(books.matches("https://example.com/authors/1")).toBe(false);
    expect(books.mayMatchReserved).toBe(false);
  });

  test("has another key than an exact matcher with the same text", () => {
    expect(matcher("urlpattern", "/a").key).not.toBe(matcher("exact", "/a").key);
  });

  test("with a malformed pattern is refused with the reason", () => {
    expect(parseMatcher("urlpattern", "/(", hubUrl)).toMatchObject({
      ok: false,
      problem: expect.stringContaining("is not a URL pattern"),
    });
  });
});
