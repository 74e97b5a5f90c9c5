import { expect, test } from "vitest";
import { curlLines, sampleTopic } from "./curl-lines.ts";

const HUB = "http://127.0.0.1:3000/.well-known/mercure";
const grant = { type: "exact", publish: true, subscribe: true } as const;

test("a line is written for each action, with a topic that the token grants", () => {
  const grants = [
    { ...grant, match: "https://example.com/books/:id", type: "urlpattern", subscribe: false },
    { ...grant, match: "it's", publish: false },
  ] as const;
  expect(curlLines(grants, HUB)).toEqual([
    `curl -N -G -H "Authorization: Bearer $TOKEN" --data-urlencode 'match=it'\\''s' ${HUB}`,
    `curl -H "Authorization: Bearer $TOKEN" --data-urlencode topic=https://example.com/books/1 -d data=hello ${HUB}`,
  ]);
});

test("all topics are written as one matcher, whatever its type", () => {
  expect(curlLines([{ ...grant, match: "*", type: "urlpattern" }], HUB)[0]).toContain("'match=*'");
});

test.each([
  ["*", "urlpattern", "https://example.com/books/1"],
  ["a/*", "exact", "a/*"],
  ["https://example.com/*", "urlpattern", "https://example.com/1"],
  ["/:kind(book|film)/:id?", "urlpattern", "/1/1"],
] as const)("an example of a topic is made from a matcher: %s (%s)", (match, type, topic) => {
  expect(sampleTopic({ match, type })).toBe(topic);
});
