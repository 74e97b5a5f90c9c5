import { describe, expect, test } from "vitest";
import { testHub, testService } from "../../testing/test-hub.ts";
import { PROXIED_HEADER } from "./client.ts";
import {
  corsHeaders,
  mayPublishWithCookie,
  playgroundProblem,
  playgroundRefusal,
} from "./origin.ts";

const APP = "https://app.example.com";
const HERE = "https://hub.example.com/.well-known/mercure";
const EXPOSED = "Link, Mercure-Last-Event-ID, WWW-Authenticate, Retry-After";

type HeaderFields = Record<string, string>;
const request = (headers: HeaderFields = {}) => new Request(HERE, { headers });
/** The field that our server adds to a request that came through no proxy. */
const marked = (headers: HeaderFields) => request({ [PROXIED_HEADER]: "no", ...headers });
const service = (corsOrigins: string[], publishOrigins: string[] = []) =>
  testService(testHub(), { corsOrigins, publishOrigins });

describe("a response with CORS", () => {
  test("names a listed origin, allows credentials, and exposes the protocol's header fields", () => {
    expect(corsHeaders(service([APP]), request({ Origin: APP }))).toEqual({
      "Access-Control-Allow-Origin": APP,
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Expose-Headers": EXPOSED,
      Vary: "Origin",
    });
  });

  test.each([
    "https://app.example.com.evil.example",
    "https://evil.example",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://APP.example.com",
    "null",
    "*",
  ])("does not echo an origin that is not listed, such as %s", (Origin) => {
    expect(corsHeaders(service([APP]), request({ Origin }))).toEqual({ Vary: "Origin" });
  });

  test("varies by Origin if there is a list, also for a request without an Origin", () => {
    expect(corsHeaders(service([APP]), request())).toEqual({ Vary: "Origin" });
  });

  test("permits no page to read if there is no list", () => {
    expect(corsHeaders(service([]), request({ Origin: APP }))).toEqual({});
  });

  test("permits any page with *, and never with credentials", () => {
    expect(corsHeaders(service(["*"]), request({ Origin: "https://evil.example" }))).toEqual({
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Expose-Headers": EXPOSED,
      Vary: "Origin, Cookie",
    });
    const Cookie = "__Secure-mercure_access_token=a.b.c";
    const withCookie = request({ Origin: "https://evil.example", Cookie });
    expect(corsHeaders(service(["*"]), withCookie)).toEqual({ Vary: "Origin, Cookie" });
  });

  test("names a listed origin with credentials even if the list has *", () => {
    const both = service(["*", APP]);
    expect(corsHeaders(both, request({ Origin: APP, Cookie: "a=b" }))).toMatchObject({
      "Access-Control-Allow-Origin": APP,
      "Access-Control-Allow-Credentials": "true",
    });
    const other = corsHeaders(both, request({ Origin: "https://evil.example" }));
    expect(other["Access-Control-Allow-Credentials"]).toBeUndefined();
  });
});

describe("a playground accepts", () => {
  test.each([
    { Host: "localhost:3000" },
    { Host: "127.0.0.1:3000" },
    { Host: "[::1]:3000" },
    { Host: "runnel.localhost:3000" },
    { Host: "localhost:3000", Origin: "http://localhost:3000" },
    { Host: "localhost:3000", "Sec-Fetch-Site": "same-origin" },
    // The user typed the address into the address bar.
    { Host: "localhost:3000", "Sec-Fetch-Site": "none" },
  ])("requests of this machine and of its own pages: %j", (headers) => {
    expect(playgroundProblem(marked(headers))).toBeUndefined();
  });
});

describe("a playground refuses", () => {
  test.each<HeaderFields>([
    // DNS rebinding: the host is the page's own name, which resolves to this machine.
    { Host: "evil.example:3000", Origin: "http://evil.example:3000" },
    { Host: "evil.example" },
    // A proxy on this machine sends the request of a client elsewhere.
    { Host: "127.0.0.1:3000", [PROXIED_HEADER]: "yes" },
    { Host: "localhost.evil.example" },
    { Host: "127.0.0.1.evil.example" },
    { Host: "127.evil.example" },
    { Host: "0.0.0.0:3000" },
    { Host: "192.168.0.2:3000" },
    { Host: "localhost:3000@evil.example" },
    { Host: "" },
  ])("a host that is not this machine: %j", (headers) => {
    expect(playgroundProblem(marked(headers))).toBe("wrong-host");
  });

  test.each<HeaderFields>([
    { Origin: "https://evil.example" },
    { Origin: "http://localhost:4000" },
    { Origin: "http://localhost" },
    { Origin: "http://127.0.0.1:3000" },
    { Origin: "null" },
    { Origin: "" },
    { Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
  ])("a page of another origin: %j", (headers) => {
    expect(playgroundProblem(marked({ Host: "localhost:3000", ...headers }))).toBe("wrong-origin");
  });
});

test("a playground refuses a request that our server has not marked", () => {
  expect(playgroundProblem(request({ Host: "localhost:3000" }))).toBe("wrong-host");
});

test("only a playground refuses these requests, and the problem names the accepted ones", () => {
  const elsewhere = marked({ Host: "localhost:3000", Origin: "https://evil.example" });
  const refusal = (playground: boolean) =>
    playgroundRefusal(testService(testHub(), { playground }), elsewhere);
  expect(refusal(false)).toBeUndefined();
  expect(refusal(true)).toEqual(["wrong-origin", expect.stringContaining("its own pages alone")]);
});

describe("a publish with a cookie", () => {
  test.each<HeaderFields>([
    { Origin: "https://hub.example.com" },
    { Origin: APP },
    { Referer: `${APP}/page?query` },
    { Origin: APP, Referer: "https://evil.example/" },
  ])("is accepted from the hub's own pages and from listed origins: %j", (headers) => {
    expect(mayPublishWithCookie(service([], [APP]), request(headers))).toBe(true);
  });

  test.each<HeaderFields>([
    {},
    { Origin: "null" },
    { Origin: "https://evil.example" },
    { Origin: "https://evil.example", Referer: `${APP}/` },
    { Referer: `https://evil.example/${APP}/` },
    { Referer: "about:blank" },
    { Referer: "not a URL" },
    { Origin: "http://hub.example.com" },
  ])("is refused from other origins, and without any origin: %j", (headers) => {
    expect(mayPublishWithCookie(service(["*"], [APP]), request(headers))).toBe(false);
  });
});
