import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "./json-text.ts";

test("short JSON is on one line, and longer JSON is indented", () => {
  expect(jsonText({ name: "Ada", tabs: [1, 2] })).toBe('{ "name": "Ada", "tabs": [ 1, 2 ] }');
  const long = "x".repeat(40);
  expect(jsonText({ a: { long }, b: [], c: {} })).toBe(
    `{\n  "a": {\n    "long": "${long}"\n  },\n  "b": [],\n  "c": {}\n}`,
  );
});

test("formatted JSON has the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("no text changes the direction of the text around it", () => {
  expect(jsonText({ name: "\u202egpj.exe" })).toBe('{ "name": "\\u202egpj.exe" }');
});

test("a payload that is nested as deep as allowed does not become megabytes of spaces", () => {
  const deep = JSON.parse("[".repeat(2_000) + "]".repeat(2_000));
  expect(jsonText(deep).length).toBeLessThan(5_000);
});
