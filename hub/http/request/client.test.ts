import { describe, expect, test } from "vitest";
import type { Access } from "../../auth/access.ts";
import { testHub, testService } from "../../testing/test-hub.ts";
import { clientOf, PEER_HEADER } from "./client.ts";

const access = (issuer: string, subject: string | undefined): Access => ({
  issuer,
  subject,
  expiresAt: 0,
  grants: [],
});

function client(trustedProxies: number, headers: Record<string, string>, who?: Access): string {
  const request = new Request("https://hub.example.com/", { headers });
  return clientOf(testService(testHub(), { trustedProxies }), request, who);
}

test("a client with a token is identified by issuer and subject, at any address", () => {
  const here = { [PEER_HEADER]: "192.0.2.1" };
  const there = { [PEER_HEADER]: "192.0.2.2" };
  expect(client(0, here, access("a", "1"))).toBe(client(0, there, access("a", "1")));
  expect(client(0, here, access("a", "1"))).not.toBe(client(0, here, access("b", "1")));
  expect(client(0, here, access("a", '1"'))).not.toBe(client(0, here, access('a"', "1")));
});

test("a client without a token, or with a token without a subject, is identified by its address", () => {
  expect(client(0, { [PEER_HEADER]: "192.0.2.1" })).toBe("192.0.2.1");
  expect(client(0, { [PEER_HEADER]: "192.0.2.1" }, access("a", undefined))).toBe("192.0.2.1");
  expect(client(0, {})).toBe("unknown");
});

test("X-Forwarded-For is trusted only as far as trusted proxies have written it", () => {
  const headers = {
    [PEER_HEADER]: "192.0.2.1",
    "X-Forwarded-For": "203.0.113.9, 198.51.100.7,192.0.2.2",
  };
  expect(client(0, headers)).toBe("192.0.2.1");
  expect(client(1, headers)).toBe("192.0.2.2");
  expect(client(2, headers)).toBe("198.51.100.7");
  expect(client(9, headers)).toBe("203.0.113.9");
  expect(client(1, { [PEER_HEADER]: "192.0.2.1" })).toBe("192.0.2.1");
});

describe("a client that is identified by its address", () => {
  test.each([
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"],
    ["2001:db8::1", "2001:DB8:0:0::2"],
    ["2001:db8:0:0:1:2:3:4", "2001:db8::5"],
    ["fe80::1%eth0", "fe80::2"],
    ["2001:db8:1:2::1", "[2001:db8:1:2::9]"],
    ["2001:db8:1:2::1", "[2001:db8:1:2::9]:443"],
    ["192.0.2.1", "::ffff:192.0.2.1"],
    ["192.0.2.1", "::FFFF:c000:201"],
    ["192.0.2.1", "[::ffff:192.0.2.1]:80"],
    ["192.0.2.1", "192.0.2.1:54321"],
    ["unknown", "unknown"],
  ])("is the same for both addresses: %s and %s", (one, other) => {
    expect(client(0, { [PEER_HEADER]: one })).toBe(client(0, { [PEER_HEADER]: other }));
    expect(client(1, { "X-Forwarded-For": one })).toBe(client(1, { "X-Forwarded-For": other }));
  });

  test.each([
    ["2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["2001:db8:0:1::1", "2001:db8::1:0:0:1"],
    ["1::", "::1"],
    ["::1:0:0:0:0", "::2:0:0:0:0"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.2"],
    // Only ::ffff:0:0/96 contains IPv4 addresses. Source: RFC 4291, section 2.5.5.1 (deprecated).
    ["::192.0.2.1", "192.0.2.1"],
    ["192.0.2.1", "192.0.2.2"],
    ["192.0.2.1:80", "192.0.2.2:80"],
    ["_hidden", "unknown"],
    ["[nonsense]:1", "[nonsense]:2"],
  ])("differs between both addresses: %s and %s", (one, other) => {
    expect(client(0, { [PEER_HEADER]: one })).not.toBe(client(0, { [PEER_HEADER]: other }));
  });

  test("is named by its IPv4 address, or by its IPv6 network", () => {
    expect(client(0, { [PEER_HEADER]: "::ffff:192.0.2.1" })).toBe("192.0.2.1");
    expect(client(0, { [PEER_HEADER]: "::1" })).toBe("0:0:0:0::/64");
    expect(client(0, { [PEER_HEADER]: "2001:db8:a:b::1" })).toBe("2001:db8:a:b::/64");
  });
});
