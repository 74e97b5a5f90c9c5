import { expect, test } from "vitest";
import { DEFAULT_COOKIE_NAME, presentedToken } from "./presented.ts";

const COOKIE = `${DEFAULT_COOKIE_NAME}=from.the.cookie`;
const present = (headers: Record<string, string>, name?: string) =>
  presentedToken(new Headers(headers), name);

test("a request without header and cookie has no token", () => {
  expect(present({})).toEqual({ kind: "none" });
  expect(present({ Cookie: "other=1; access_token=x" })).toEqual({ kind: "none" });
});

test.each(["Bearer a.b-c_d~e+f/g==", "bearer a.b-c_d~e+f/g==", "BEARER   a.b-c_d~e+f/g=="])(
  "the header %j has a token, with its scheme in upper or lower case",
  (Authorization) => {
    expect(present({ Authorization })).toEqual({ kind: "header", token: "a.b-c_d~e+f/g==" });
  },
);

test("a cookie is ignored if the header is present, even if the header is malformed", () => {
  expect(present({ Authorization: "Bearer a.b.c", Cookie: COOKIE })).toEqual({
    kind: "header",
    token: "a.b.c",
  });
  expect(present({ Authorization: "Basic YTpi", Cookie: COOKIE }).kind).toBe("malformed");
});

test.each([
  "Basic c2VjcmV0OnNlY3JldA==",
  "DPoP secret",
  "Bearer",
  "Bearer ",
  "Bearer secret secret",
  "Bearer secret, Bearer secret",
  'Bearer "secret"',
  "Bearer secret\tsecret",
  "Bearer =",
  "Bearer\tsecret",
  "Bearersecret",
  "secret",
  "",
])("the header %j is malformed, and the problem contains nothing of it", (Authorization) => {
  const presented = present({ Authorization });
  expect(presented.kind).toBe("malformed");
  expect(JSON.stringify(presented)).not.toMatch(/secret|c2Vj/);
});

test("a request with two Authorization headers is malformed", () => {
  const headers = new Headers({ Authorization: "Bearer a.b.c" });
  headers.append("Authorization", "Bearer d.e.f");
  expect(presentedToken(headers).kind).toBe("malformed");
});

test.each([
  COOKIE,
  `a=1; ${COOKIE}; b=2`,
  `a=1;${COOKIE};b=2`,
  ` ${DEFAULT_COOKIE_NAME} = "from.the.cookie" `,
  `${COOKIE}; ${DEFAULT_COOKIE_NAME}=second`,
  `x${DEFAULT_COOKIE_NAME}=wrong; junk; =; ${COOKIE}`,
])("the cookie header %j has the token in the first cookie of exactly that name", (Cookie) => {
  expect(present({ Cookie })).toEqual({ kind: "cookie", token: "from.the.cookie" });
});

test("a cookie's name is case-sensitive and configurable", () => {
  expect(present({ Cookie: COOKIE.toLowerCase().replace("__s", "__S") }).kind).toBe("cookie");
  expect(present({ Cookie: COOKIE.toUpperCase() }).kind).toBe("none");
  expect(present({ Cookie: "hub=a.b.c" }, "hub")).toEqual({ kind: "cookie", token: "a.b.c" });
  expect(present({ Cookie: COOKIE }, "hub").kind).toBe("none");
});

test("an empty cookie is no token, and a malformed cookie is a token that the verifier refuses", () => {
  expect(present({ Cookie: `${DEFAULT_COOKIE_NAME}=` }).kind).toBe("none");
  expect(present({ Cookie: `${DEFAULT_COOKIE_NAME}=a b` })).toEqual({
    kind: "cookie",
    token: "a b",
  });
});
