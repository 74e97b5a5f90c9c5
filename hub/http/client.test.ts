import { expect, test } from "vitest";
import type { Access } from "../auth/types.ts";
import { testHub, testService } from "../testing.ts";
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

test("who has a token is its issuer and subject, wherever he is", () => {
  const here = { [PEER_HEADER]: "192.0.2.1" };
  const there = { [PEER_HEADER]: "192.0.2.2" };
  expect(client(0, here, access("a", "1"))).toBe(client(0, there, access("a", "1")));
  expect(client(0, here, access("a", "1"))).not.toBe(client(0, here, access("b", "1")));
  expect(client(0, here, access("a", '1"'))).not.toBe(client(0, here, access('a"', "1")));
});

test("who has none, or one without a subject, is his address", () => {
  expect(client(0, { [PEER_HEADER]: "192.0.2.1" })).toBe("192.0.2.1");
  expect(client(0, { [PEER_HEADER]: "192.0.2.1" }, access("a", undefined))).toBe("192.0.2.1");
  expect(client(0, {})).toBe("unknown");
});

test("X-Forwarded-For is believed as far as trusted proxies have written it, and no further", () => {
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
