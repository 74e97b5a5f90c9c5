import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { PEER_HEADER } from "./hub/http/request/client.ts";
import { config, proxy } from "./proxy.ts";

test("where the server is not ours, each page has a policy with its own nonce, which Next finds in the request", () => {
  const policies = [1, 2].map(() => {
    const { headers } = proxy(new NextRequest("https://hub.example.com/"));
    const policy = headers.get("content-security-policy");
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/]{22}==' 'strict-dynamic';/);
    expect(headers.get("x-middleware-request-content-security-policy")).toBe(policy);
    return policy;
  });
  expect(policies[0]).not.toBe(policies[1]);
});

test("a request that our own server has marked goes through no proxy, so nobody reads its body ahead", () => {
  expect(config.matcher.map(({ missing }) => missing)).toEqual([
    [{ type: "header", key: PEER_HEADER }],
  ]);
});
