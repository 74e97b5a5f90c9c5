import fc from "fast-check";
import { URLPattern } from "urlpattern-polyfill/urlpattern";
import { describe, expect, test } from "vitest";
import { HubUrl } from "../../base/hub-url.ts";
import { compilePattern, topicKey } from "./pattern.ts";

const hubUrl = new HubUrl("https://hub.example.com/.well-known/mercure");

const pieces = (...list: string[]) =>
  fc.array(fc.constantFrom(...list), { maxLength: 5 }).map((parts) => parts.join(""));
const GROUPS = [
  "(\\d+)",
  "(a|b)*",
  "([^x]+)",
  "(a{2,3})",
  "(\\p{L}+)",
  "([\\w-]*)",
  "(.*\\bb)",
  "(\\x61?[])",
  "(a$|b)",
  "([^])",
  "([]a|b)?",
  "((?:a+)+)",
  "(\\S\\.?)",
];
const schemes = fc.constantFrom(
  "https",
  "http",
  "ws",
  "urn",
  "urn\\",
  "app",
  "app\\",
  "*",
  "http{s}?",
  ":p",
  "(https?|app)",
  "data",
  "",
);
const paths = pieces(
  "/",
  "/a",
  "b",
  ":id",
  ":n?",
  "*",
  "{/a}?",
  "{b}*",
  "/:x+",
  "é",
  "%41",
  "%2F",
  "//",
  ".",
  "..",
  "-",
  "\\:",
  " ",
  ...GROUPS,
);
const sources = fc.oneof(
  paths,
  fc
    .tuple(
      schemes,
      pieces("//", "/", ""),
      fc.option(pieces("u", ":p", "*", "é", ...GROUPS), { nil: undefined }),
      pieces("a", "b.c", ".", "*", ":h", "{a.}?", "ü", "A", "[::1]", "1.2.3.4", "(a|b)"),
      fc.constantFrom("", ":80", ":443", ":*", ":8080", ":(\\d+)"),
      paths,
      fc.constantFrom("", "?", "?a", "?*", "?q=:q", "?(a|b)", "\\?a"),
      fc.constantFrom("", "#", "#a", "#*", "#:h"),
    )
    .map(([scheme, slashes, user, host, port, path, search, hash]) => {
      const login = user === undefined ? "" : `${user}@`;
      return `${scheme}:${slashes}${login}${host}${port}${path}${search}${hash}`;
    }),
);
const topicPaths = pieces("/", "/a", "b", "aa", "1", "é", "%41", "%2F", "..", "-", " ", "x");
const topics = fc.oneof(
  topicPaths,
  fc
    .tuple(
      fc.constantFrom("https:", "http:", "ws:", "urn:", "app:", "data:", ""),
      fc.constantFrom("//", "//u@", "//u:p@", ""),
      pieces("a", "b.c", ".", "ü", "A", "[::1]", "1.2.3.4"),
      fc.constantFrom("", ":80", ":443", ":8080"),
      topicPaths,
      fc.constantFrom("", "?", "?a", "?q=1", "?a?b"),
      fc.constantFrom("", "#", "#a"),
    )
    .map((parts) => parts.join("")),
);

describe("compared with the standard's own algorithm on a backtracking engine", () => {
  const everything = new URLPattern({});

  /** Only a pattern without a scheme is relative. */
  function reference(source: string): URLPattern {
    try {
      return new URLPattern(source);
    } catch {
      return new URLPattern(source, hubUrl.href);
    }
  }

  /** Returns undefined if the polyfill differs from the standard here: it parses the components of a parsed URL again. */
  function expected(source: string, topic: string): boolean | undefined {
    const url = hubUrl.resolve(topic);
    const seen = everything.exec(topic, hubUrl.href);
    if (!url || !seen) return url ? undefined : false;
    const faithful =
      seen.pathname.input === url.pathname &&
      seen.hostname.input === url.hostname &&
      seen.search.input === url.search.slice(1) &&
      seen.hash.input === url.hash.slice(1) &&
      seen.username.input === url.username &&
      seen.password.input === url.password &&
      seen.port.input === url.port;
    return faithful ? reference(source).test(topic, hubUrl.href) : undefined;
  }

  test("each pattern is equally valid, and matches the same topics", () => {
    let matched = 0;
    let compared = 0;
    fc.assert(
      fc.property(sources, fc.array(topics, { minLength: 5, maxLength: 10 }), (source, list) => {
        const compiled = compilePattern(source, hubUrl);
        if (!compiled.ok) {
          if (/at most|too large/.test(compiled.problem)) return;
          expect(() => reference(source)).toThrow();
          return;
        }
        // The pattern's own text is also a topic, so that its literals occur.
        for (const topic of [...list, source.replaceAll(/[\\{}()*?+]|:(?=[a-z])/g, "")]) {
          const right = expected(source, topic);
          if (right === undefined) continue;
          compared++;
          if (right) matched++;
          const { pattern } = compiled;
          expect(pattern.matches(topic), `${source} on ${topic}`).toBe(right);
          const key = topicKey(topic, hubUrl);
          const begins = key?.startsWith(pattern.prefix) ?? false;
          if (right) expect(begins, `the prefix of ${source} on ${topic}`).toBe(true);
          if (pattern.tail === undefined || !begins) continue;
          const rest = key?.slice(pattern.prefix.length) ?? "";
          const tails = { nothing: /^$/, segment: /^[^/]+$/, anything: /^/ };
          expect(tails[pattern.tail].test(rest), `the tail of ${source} on ${topic}`).toBe(right);
        }
      }),
      { numRuns: 1_000 },
    );
    // The test fails if hardly anything matched: it would compare too little.
    expect(matched).toBeGreaterThan(compared / 100);
  }, 30_000);
});

test("a pattern that matches a topic of the hub's own namespace always has `mayMatchReserved`", () => {
  const path = "/.well-known/mercure/subscriptions/exact/a/b";
  fc.assert(
    fc.property(
      sources,
      fc.constantFrom(path, `urn:${path}`, `https://example.com${path}`),
      (source, topic) => {
        const compiled = compilePattern(source, hubUrl);
        if (!compiled.ok || !compiled.pattern.matches(topic)) return;
        expect(compiled.pattern.mayMatchReserved).toBe(true);
      },
    ),
  );
});
