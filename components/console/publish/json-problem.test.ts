import { expect, test } from "vitest";
import { jsonProblem } from "./json-problem.ts";

test.each(["", "plain", "12", '{"a":[1]}', "  []\n"])("nothing is wrong with %j", (data) => {
  expect(jsonProblem(data)).toBeUndefined();
});

test.each([
  ['{"a":1,}', "Line 1, column 8"],
  ['{\n  "a": x\n}', "Line 2, column 8"],
  ['{"a":', "Line 1, column 6"],
  ["[1 2]", "Line 1, column 4"],
])("%j: %s", (data, where) => {
  expect(jsonProblem(data)).toContain(`${where}: `);
  expect(jsonProblem(data)).not.toContain("position");
});
