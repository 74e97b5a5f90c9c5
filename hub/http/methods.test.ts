import { expect, test } from "vitest";
import { testHub, testService } from "../testing/test-hub.ts";
import { methodNotAllowed, preflight } from "./methods.ts";

const APP = "https://app.example.com";
const METHODS = "GET, HEAD, POST, OPTIONS";
const service = testService(testHub(), { corsOrigins: [APP] });

function ask(query: string, Origin: string, clock?: boolean) {
  const request = new Request(`https://hub.example.com/.well-known/mercure${query}`, {
    method: "OPTIONS",
    headers: {
      Origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,idempotency-key",
    },
  });
  return preflight(service, request, METHODS, clock === undefined ? undefined : { clock });
}

test("a preflight tells pages of listed origins which requests they may send", () => {
  const { status, body, headers } = ask("", APP, false);
  expect([status, body]).toEqual([204, null]);
  expect(Object.fromEntries(headers)).toEqual({
    allow: METHODS,
    "access-control-allow-origin": APP,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers":
      "Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID",
    "access-control-expose-headers": "Link, Mercure-Last-Event-ID, WWW-Authenticate, Retry-After",
    "access-control-max-age": "86400",
    vary: "Origin",
  });
});

test("a preflight allows no other origin, and no credentials", () => {
  for (const { headers } of [ask("", "https://evil.example", false), ask("?match=a", "null")]) {
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    expect(headers.get("vary")).toBe("Origin");
  }
});

test("a preflight allows any origin for the clock, and only listed origins for topics", () => {
  const origin = (query: string) =>
    ask(query, "https://evil.example", true).headers.get("access-control-allow-origin");
  expect([origin(""), origin("?match=a"), origin("?MATCH=a")]).toEqual(["*", null, null]);
});

test("an unsupported method is refused with a 405 that names the supported ones", async () => {
  const request = new Request("https://hub.example.com/", { method: "DELETE" });
  const response = methodNotAllowed(request, METHODS);
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe(METHODS);
  expect(await response.json()).toMatchObject({
    type: "urn:runnel:problem:method-not-allowed",
    detail: `DELETE is not one of ${METHODS}`,
  });
});
