import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { endOf, trimToken } from "./pasted-token.ts";

const token = (claims: unknown) =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

test("the expiry of a token is read, whatever else the token contains", () => {
  expect(endOf(token({ exp: 1_800_000_000, sub: "Grüße?>~" }))).toBe(1_800_000_000_000);
});

test.each(["", "a", "a.b.c", token({}), token({ exp: "soon" }), token(null), token([1])])(
  "a token without an expiry has none: %j",
  (text) => {
    expect(endOf(text)).toBeUndefined();
  },
);

test.each([
  "a.b.c",
  " a.b.c\n",
  "Bearer a.b.c",
  "bearer  a.b.c ",
  "Authorization: Bearer a.b.c",
  "TOKEN=a.b.c",
  "export TOKEN=a.b.c\n",
])("a token is found in a pasted text: %j", (text) => {
  expect(trimToken(text)).toBe("a.b.c");
});
