import fc from "fast-check";
import { expect, test } from "vitest";
import { findFault, jsonProblem } from "./json-problem.ts";

test.each(["", "plain", "12", '{"a":[1]}', "  []\n"])("no problem is found in %j", (data) => {
  expect(jsonProblem(data)).toBeUndefined();
});

test.each([
  ['{"a":1,}', "Line 1, column 8: a name in double quotes should be here"],
  ['{\n  "a": x\n}', "Line 2, column 8: a value should be here"],
  ['{"a":', "Line 1, column 6: a value should be here"],
  ["[1 2]", "Line 1, column 4: a comma or ] should be here"],
  ["{'a':1}", "Line 1, column 2: a name in double quotes or } should be here"],
  ['{"a":1', "Line 1, column 7: a comma or } should be here"],
  ['["a\nb"]', "Line 1, column 2: a value or ] should be here"],
  ["[01]", "Line 1, column 3: a comma or ] should be here"],
  ["{} {}", "Line 1, column 4: nothing more should be here"],
])("the problem of %j is described: %s", (data, problem) => {
  expect(jsonProblem(data)).toBe(problem);
});

test("a fault is found in JSON that an inserted character breaks, and none in valid JSON", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom("x", ",", "}", '"', "\\"), (json, n, sign) => {
      expect(findFault(json)).toEqual({ at: json.length, wanted: "nothing more" });
      const index = n % (json.length + 1);
      const broken = json.slice(0, index) + sign + json.slice(index);
      let isJson = true;
      try {
        JSON.parse(broken);
      } catch {
        isJson = false;
      }
      const { at, wanted } = findFault(broken);
      expect(at === broken.length && wanted === "nothing more").toBe(isJson);
    }),
  );
});
