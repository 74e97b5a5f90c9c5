import { expect, test } from "vitest";
import { span } from "../lib/span.ts";
import { inWords, MEGABYTES, MILLISECONDS, PER_SECOND, PERCENT } from "./units.ts";

test.each([
  [0, PER_SECOND, "0.0 a second"],
  [9.94, PER_SECOND, "9.9 a second"],
  [9.96, PER_SECOND, "10 a second"],
  [1_234.4, PER_SECOND, "1,234 a second"],
  [0.044, MILLISECONDS, "0.04 ms"],
  [0.999, MILLISECONDS, "1.0 ms"],
  [12.6, MILLISECONDS, "13 ms"],
  [123_456_789, MEGABYTES, "123 MB"],
  [1.234, PERCENT, "123 % of a core"],
  [null, MILLISECONDS, "nothing measured"],
] as const)("%s is written for people", (value, unit, text) => {
  expect(inWords(value, unit)).toBe(text);
});

test.each([
  [0.4, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [3_723, "1 h 2 min"],
  [90_000, "1 d 1 h"],
  [86_400 + 59, "1 d"],
])("%s seconds are written as a duration", (seconds, text) => {
  expect(span(seconds)).toBe(text);
});
