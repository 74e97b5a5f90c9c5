import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseParameters } from "./parameters.ts";

const fine = { url: undefined, closeSeconds: 10, problems: [] };

test.each([{}, { close: "" }, { url: " " }, { other: "x", utm_source: ["a", "b"] }])(
  "the default is used without a problem for an absent, empty or unknown parameter: %j",
  (search) => expect(parseParameters(search)).toEqual(fine),
);

describe("close", () => {
  test.each([
    ["0", 0],
    ["0.5", 0.5],
    ["30", 30],
    [" 007 ", 7],
    ["86400", 86_400],
    [".5", 0.5],
    ["1e1", 10],
    ["2.5E-1", 0.25],
    ["1e3", 1_000],
    ["-0", 0],
  ])("%j is parsed as %d seconds", (close, closeSeconds) => {
    expect(parseParameters({ close })).toEqual({ ...fine, closeSeconds });
  });

  test.each([
    "never",
    "-1",
    "1e5",
    "1e999",
    "86401",
    "0x10",
    "Infinity",
    "10s",
    "٣",
    "1.",
    "+1",
    "e1",
    ".",
  ])("%j is reported with the allowed values, and 10 is used", (close) => {
    const { closeSeconds, problems } = parseParameters({ close });
    expect(closeSeconds).toBe(10);
    expect(problems).toEqual([
      `close is "${close}", but must be a number of seconds from 0 (never) to 86400. Now using 10.`,
    ]);
  });

  test("of several values, the first counts", () => {
    expect(parseParameters({ close: ["3", "x"] })).toEqual({ ...fine, closeSeconds: 3 });
  });
});

describe("url", () => {
  test.each([
    ["http://127.0.0.1:8844/stream", "http://127.0.0.1:8844/stream"],
    ["HTTPS://Example.com/a?b=c", "https://example.com/a?b=c"],
    ["http://example.com/流", "http://example.com/%E6%B5%81"],
  ])("%j is accepted as an address", (url, href) => {
    expect(parseParameters({ url })).toEqual({ ...fine, url: href });
  });

  test.each([
    "javascript:alert(1)",
    "data:text/event-stream,data:1",
    "file:///etc/passwd",
    "ws://example.com",
    "//example.com/stream",
    "/api/stream",
    "example.com",
    "http://",
    "http://user:secret@example.com/",
  ])("%j is reported, and this server's own stream is used", (url) => {
    const { url: used, problems } = parseParameters({ url });
    expect(used).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`url is ${JSON.stringify(url)}, but must be`);
  });

  test("a long bad value is shortened in its report", () => {
    const [problem] = parseParameters({ url: "x".repeat(5_000) }).problems;
    expect(problem?.length).toBeLessThan(300);
  });

  test("the address that is used is http or https, whatever is given, and nothing throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (url) => {
        const { url: used } = parseParameters({ url });
        expect(used ?? "http:").toMatch(/^https?:/);
      }),
    );
  });
});

test("two bad parameters are both reported", () => {
  expect(parseParameters({ url: "x", close: "y" }).problems).toHaveLength(2);
});
