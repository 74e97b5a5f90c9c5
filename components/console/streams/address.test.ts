import { expect, test } from "vitest";
import { consoleAddress, MOST_STREAMS, parseAddress } from "./address.ts";
import { EVERYTHING, type Subscription } from "./subscription.ts";

const books: Subscription = {
  matchers: [
    { type: "exact", match: "a&stream=b" },
    { type: "urlpattern", match: "https://example.com/books/:id" },
  ],
  from: "urn:uuid:1",
};

/** Parses a query into the form that Next passes on. */
function searchOf(address: string): Record<string, string | string[]> {
  const { searchParams } = new URL(address, "http://localhost");
  const names = [...new Set(searchParams.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const [first = "", ...rest] = searchParams.getAll(name);
      return [name, rest.length > 0 ? [first, ...rest] : first];
    }),
  );
}

test.each([
  ["one", [books]],
  ["several", [books, EVERYTHING, { ...EVERYTHING, from: "earliest" }]],
  ["none", []],
  ["all topics alone", [EVERYTHING]],
])("a reload and a shared link show the same streams: %s", (_, streams) => {
  const address = consoleAddress(streams);
  expect(parseAddress(searchOf(address))).toEqual({ streams, problems: [] });
});

test("the page listens to all topics at first, with a short address", () => {
  expect(parseAddress({})).toEqual({ streams: [EVERYTHING], problems: [] });
  expect(consoleAddress([EVERYTHING])).toBe("/console");
});

test("an invalid value is reported, and the valid streams are shown", () => {
  const { streams, problems } = parseAddress({ stream: ["token=secret", "match=news"] });
  expect(streams).toEqual([{ matchers: [{ type: "exact", match: "news" }], from: undefined }]);
  expect(problems).toEqual(['stream is "token=secret", but must be matchers such as match=news']);
});

test("a link opens a limited number of streams", () => {
  const stream = Array.from({ length: 20 }, (_, n) => `match=${n}`);
  const { streams, problems } = parseAddress({ stream });
  expect(streams).toHaveLength(MOST_STREAMS);
  expect(problems[0]).toContain("20 streams");
});
