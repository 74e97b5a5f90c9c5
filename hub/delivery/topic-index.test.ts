import { expect, test } from "vitest";
import type { MatcherType } from "../../protocol/matcher-types.ts";
import { HUB_URL } from "../testing/test-hub.ts";
import { parseMatcher } from "../topics/matcher.ts";
import { parseTopic } from "../topics/topic.ts";
import type { Audience } from "./audience.ts";
import { TopicIndex } from "./topic-index.ts";

function matcher(match: string, type: MatcherType = "urlpattern") {
  const parsed = parseMatcher(type, match, HUB_URL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matcher;
}

/** Makes an audience with matchers only: the index uses nothing else of it. */
const audience = (...patterns: string[]) =>
  ({
    key: patterns.join(),
    matchers: patterns.map((each) => matcher(each)),
  }) as unknown as Audience;

/** Returns the names of the audiences that are found, with a question mark after those that have to check. */
function find(index: TopicIndex, raw: string): string[] {
  const parsed = parseTopic(raw);
  if (!parsed.ok) throw new Error(parsed.problem);
  return [...index.find(parsed.topic)]
    .flatMap(({ audiences, isSure }) =>
      [...audiences.keys()].map(({ key }) => (isSure ? key : `${key} ?`)),
    )
    .sort();
}

test("a topic finds the patterns whose literal prefix it begins with, and no others", () => {
  const index = new TopicIndex(HUB_URL);
  for (const pattern of [
    "https://example.com/books/:id",
    "https://example.com/books/*",
    "https://example.com/books/1",
    "https://example.com/books/(\\d+)",
    "https://example.com/books/:id/pages/:page",
    "https://example.com/films/*",
    "https://other.example/books/:id",
    "http://example.com/books/:id",
    "https://example.com:8443/books/:id",
    "*://*/*",
  ]) {
    index.add(audience(pattern));
  }
  expect(find(index, "https://example.com/books/1")).toEqual([
    "*://*/* ?",
    "https://example.com/books/(\\d+) ?",
    "https://example.com/books/*",
    "https://example.com/books/1",
    "https://example.com/books/:id",
    "https://example.com/books/:id/pages/:page ?",
  ]);
  expect(find(index, "https://example.com/books/1/pages/2")).toEqual([
    "*://*/* ?",
    "https://example.com/books/(\\d+) ?",
    "https://example.com/books/*",
    "https://example.com/books/:id/pages/:page ?",
  ]);
  expect(find(index, "no URL")).toEqual(["*://*/* ?"]);
});

test("an audience is found once for all its patterns of one prefix, until it is removed", () => {
  const index = new TopicIndex(HUB_URL);
  const many = audience("https://example.com/x/:a", "https://example.com/x/:b");
  const one = audience("https://example.com/x/:c");
  index.add(many);
  index.add(one);
  expect(find(index, "https://example.com/x/1")).toEqual([many.key, one.key].sort());
  index.remove(many);
  expect(find(index, "https://example.com/x/1")).toEqual([one.key]);
  index.remove(one);
  expect(find(index, "https://example.com/x/1")).toEqual([]);
});
