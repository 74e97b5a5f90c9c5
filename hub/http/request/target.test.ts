import { expect, test } from "vitest";
import { queryOf, TARGET_HEADER } from "./target.ts";

const URL_OF_NEXT = "https://hub.example.com/a?b=%EF%BF%BD";

test.each([
  ["/a?b=%ff", "b=%ff"],
  ["/a?b=/?c", "b=/?c"],
  ["/a?b#c?d", "b"],
  ["/a#b?c", ""],
  ["/a?", ""],
  ["/a", ""],
])("the query of the target %s is %j, even if Next has changed the URL", (target, query) => {
  const headers = new Headers({ [TARGET_HEADER]: target });
  expect(queryOf({ url: URL_OF_NEXT, headers })).toBe(query);
});

test("the query is that of the request's URL if the target was not stored", () => {
  expect(queryOf({ url: URL_OF_NEXT, headers: new Headers() })).toBe("b=%EF%BF%BD");
});
