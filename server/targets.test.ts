import { expect, test } from "vitest";
import { parseAbsolute } from "./targets.ts";

test.each([
  ["http://localhost:3200/a?b=%ff", "localhost:3200", "/a?b=%ff"],
  ["HTTPS://Example.com/a/../b", "example.com", "/a/../b"],
  ["http://example.com", "example.com", "/"],
  ["http://example.com?match=a", "example.com", "/?match=a"],
  ["http://name:secret@example.com/a", "example.com", "/a"],
])("the absolute form %s becomes the Host %s and the origin form %s", (absolute, host, target) => {
  expect(parseAbsolute(absolute)).toEqual({ host, target });
});

test.each([
  "/a",
  "//example.com/a",
  "/http://example.com/",
  "*",
  "ftp://example.com/",
  "http://[/",
])("%s is not accepted as an absolute form", (target) => {
  expect(parseAbsolute(target)).toBeUndefined();
});
