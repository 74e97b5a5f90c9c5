import fc from "fast-check";
import { expect, test } from "vitest";
import { formatJson } from "./format-json.ts";

test("formatted JSON has a line for each part", () => {
  expect(
    formatJson('{"title":"1984","tags":["a", {}],"author":{"name":"Orwell"},"none":[]}'),
  ).toBe(`{
  "title": "1984",
  "tags": [
    "a",
    {}
  ],
  "author": {
    "name": "Orwell"
  },
  "none": []
}`);
});

test("JSON is formatted as by JSON.stringify", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())),
      (value) => {
        const text = JSON.stringify(value);
        expect(formatJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
      },
    ),
  );
});

test("numbers, duplicate keys and escapes stay as they were sent", () => {
  expect(formatJson('{"id":12345678901234567890,"id":1.0,"e":"\\u00e9\\"{,}"}')).toBe(
    '{\n  "id": 12345678901234567890,\n  "id": 1.0,\n  "e": "\\u00e9\\"{,}"\n}',
  );
});

test.each(["", "text", "12", '"text"', "{no}", "[1,", "{}x"])(
  "%j is not formatted as JSON",
  (text) => {
    expect(formatJson(text)).toBeUndefined();
  },
);

test("JSON that is too long is not formatted, and JSON that is too deep has a limited indent", () => {
  expect(formatJson(`[${'"x",'.repeat(400_000)}1]`)).toBeUndefined();
  const deep = `${"[".repeat(2_000)}${"]".repeat(2_000)}`;
  expect(formatJson(deep)?.length ?? 0).toBeLessThan(400_000);
});

test("no text in formatted JSON changes the direction of the text after it", () => {
  const text = '{"t":"\u202eevil","n":1}';
  const shown = formatJson(text) ?? "";
  expect(shown).toBe('{\n  "t": "\\u202eevil",\n  "n": 1\n}');
  expect(JSON.parse(shown)).toEqual(JSON.parse(text));
});
