import { URLPattern } from "urlpattern-polyfill/urlpattern";
import { describe, expect, test } from "vitest";
import { HubUrl } from "../../base/hub-url.ts";
import { compilePattern } from "./pattern.ts";

const hubUrl = new HubUrl("https://hub.example.com/.well-known/mercure");

function pattern(source: string) {
  const compiled = compilePattern(source, hubUrl);
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.pattern;
}

function problem(source: string): string | undefined {
  const compiled = compilePattern(source, hubUrl);
  return compiled.ok ? undefined : compiled.problem;
}

const matches = (source: string, topic: string) => pattern(source).matches(topic);

describe("a URL pattern", () => {
  test.each([
    ["https://example.com/books/:id", "https://example.com/books/1", true],
    ["https://example.com/books/:id", "https://example.com/books/1/2", false],
    ["https://example.com/books/:id", "https://example.com/books/", false],
    ["https://example.com/books/:id", "https://example.com:8080/books/1", false],
    ["https://example.com/books/:id", "https://example.com:443/books/1", true],
    ["https://example.com/books/:id", "http://example.com/books/1", false],
    ["https://example.com/books/*", "https://example.com/books/1/2", true],
    ["https://example.com/books{/:id}?", "https://example.com/books", true],
    ["https://example.com/books/(\\d+)", "https://example.com/books/12", true],
    ["https://example.com/books/(\\d+)", "https://example.com/books/x", false],
    ["https://*.example.com/*", "https://a.b.example.com/x", true],
    ["http{s}?://example.com/a", "http://example.com/a", true],
    ["https://example.com/a?page=:n", "https://example.com/a?page=2", true],
    ["https://example.com/a#*", "https://example.com/a#b", true],
    // [spec] A colon before a letter begins a name; escaped, it ends the scheme.
    ["urn\\:isbn\\:*", "urn:isbn:123", true],
    ["app\\:foo", "app:foo", true],
    ["app://host/:x", "app://host/foo", true],
    ["https://bücher.example/*", "https://xn--bcher-kva.example/1", true],
    ["https://example.com/é", "https://example.com/%C3%A9", true],
  ])("%s matches %s: %s", (source, topic, expected) => {
    expect(matches(source, topic)).toBe(expected);
  });

  test("is resolved against the hub's URL if it is relative, and so is a topic", () => {
    expect(matches("/books/:id", "https://hub.example.com/books/1")).toBe(true);
    expect(matches("/books/:id", "https://example.com/books/1")).toBe(false);
    expect(matches("https://hub.example.com/books/:id", "/books/1")).toBe(true);
    expect(matches("https://hub.example.com/.well-known/:name", "feed")).toBe(true);
    expect(
      matches(
        "/.well-known/mercure/subscriptions/exact/:topic/:subscriber",
        "/.well-known/mercure/subscriptions/exact/a/b",
      ),
    ).toBe(true);
  });

  test("is case-sensitive, except in the host", () => {
    expect(matches("https://example.com/Books", "https://example.com/books")).toBe(false);
    expect(matches("https://EXAMPLE.com/books", "https://example.COM/books")).toBe(true);
  });

  test("never matches a topic that is not a URL reference", () => {
    expect(matches("*", "https://[/")).toBe(false);
    expect(matches("*://*/*", "http://a b/")).toBe(false);
  });

  test("is compared with the components of the topic's URL, which are parsed only once", () => {
    // The polyfill would parse each component again, and so lose a part of these topics.
    expect(matches("https://example.com//a", "https://example.com//a")).toBe(true);
    expect(matches("https://example.com/?*\\?a", "https://example.com/??a")).toBe(true);
    expect(matches("app://*/x", "app://a%20b/x")).toBe(true);
  });

  test("that is malformed is refused, with the reason in one line", () => {
    for (const source of ["/a(", "/{a", "/:a/:a", "/(?<x>a)", "https://a b/", "/(a", "/([)"]) {
      expect(problem(source)).toMatch(/^is not a URL pattern: [^\n]+$/);
    }
  });

  test("with lookaround or backreferences is refused, because no automaton can match it", () => {
    expect(problem("/(a(?=b).)")).toMatch("lookahead");
    expect(problem("/(a(?!b).)")).toMatch("lookahead");
    expect(problem("/(.(?<=b).)")).toMatch("lookbehind");
    expect(problem("/(.(?<!b).)")).toMatch("lookbehind");
    expect(problem("/(a(?<x>b)\\k<x>)")).toMatch("backreference");
    expect(problem("/:a/(x(?<y>b)\\1)")).toMatch("backreference");
    expect(problem("(a(?=b))://x/")).toMatch("lookahead");
  });

  test("that is too large is refused", () => {
    expect(problem(`/${"*a".repeat(65)}`)).toMatch("at most 64");
    expect(problem("/(a{401})")).toMatch("too large");
    expect(problem("/((?:(?:a{100}){100}){100})")).toMatch("too large");
    expect(problem(`/${"字".repeat(1001)}`)).toMatch("at most 1000");
  });

  test("leaves the global RegExp and URLPattern unchanged", () => {
    const native = RegExp;
    problem("/(a");
    matches("/:a(\\d+)", "/x1");
    expect(globalThis.RegExp).toBe(native);
    expect(globalThis).not.toHaveProperty("URLPattern", URLPattern);
  });

  test("is compiled once for all its users, and stays cached while it is used", () => {
    const first = pattern("/kept/:id");
    for (let i = 0; i < 999; i++) pattern(`/other/${i}`);
    expect(pattern("/kept/:id")).toBe(first);
    for (let i = 0; i < 1000; i++) pattern(`/another/${i}`);
    expect(pattern("/kept/:id")).not.toBe(first);
  });
});

describe("whether a pattern may match the hub's own namespace", () => {
  test.each([
    ["https://example.com/books/:id", false],
    ["/books/*", false],
    ["urn\\:isbn\\:*", false],
    ["/.well-known/mercurex/*", false],
    ["/.well-known/mercure", true],
    ["https://other.example/.well-known/mercure/:x", true],
    ["/.well-known/:x", true],
    ["/.well-known/%6Dercure/*", true],
    ["/*", true],
    ["*://*/*", true],
    ["https://example.com/{books}?/*", true],
  ])("%s: %s", (source, expected) => {
    expect(pattern(source).mayMatchReserved).toBe(expected);
  });
});
