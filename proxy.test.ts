import { NextRequest } from "next/server";
import { expect, test } from "vitest";
import { PEER_HEADER } from "./hub/http/request/client.ts";
import { config, proxy } from "./proxy.ts";

test("on a server that is not ours, each page gets a policy with its own nonce, and Next finds the policy in the request", () => {
  const policies = [1, 2].map(() => {
    const { headers } = proxy(new NextRequest("https://hub.example.com/"));
    const policy = headers.get("content-security-policy");
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/]{22}==' 'strict-dynamic';/);
    expect(headers.get("x-middleware-request-content-security-policy")).toBe(policy);
    return policy;
  });
  expect(policies[0]).not.toBe(policies[1]);
});

test("a request that our own server has marked skips proxy.ts, so its body is not read into memory", () => {
  expect(config.matcher.map(({ missing }) => missing)).toEqual([
    [{ type: "header", key: PEER_HEADER }],
  ]);
});
