import { expect, test } from "vitest";
import { HubUrl } from "../base/hub-url.ts";
import { testHub, testService } from "../testing/test-hub.ts";
import { metadata } from "./metadata.ts";

const HERE = "https://hub.example.com/.well-known/oauth-protected-resource/.well-known/mercure";
const service = testService(testHub(), { cookieName: "hub" });

test("the metadata names the hub, the contents of its tokens and the ways to present them", async () => {
  const response = metadata(service, new Request(HERE));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual({
    resource: "https://hub.example.com/.well-known/mercure",
    authorization_details_types_supported: ["https://mercure.rocks/authorization-detail"],
    bearer_methods_supported: ["header"],
    mercure_cookie: "hub",
    mercure_matcher_types_supported: ["exact", "urlpattern"],
    mercure_subscriptions: true,
  });
});

test("the metadata names the configured authorization servers", async () => {
  const authorizationServers = ["https://as.example.com"];
  const response = metadata({ ...service, authorizationServers }, new Request(HERE));
  expect(await response.json()).toMatchObject({ authorization_servers: authorizationServers });
});

test("any page may read the metadata", () => {
  const { headers } = metadata(service, new Request(HERE, { headers: { Origin: "https://a.b" } }));
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-allow-credentials")).toBeNull();
});

test("the metadata is only at the address that is derived from the hub's URL", async () => {
  const root = "https://hub.example.com/.well-known/oauth-protected-resource";
  for (const url of [root, `${root}/`, `${root}/other`, `${HERE}/`]) {
    const response = metadata(service, new Request(url));
    expect(response.status).toBe(404);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining(HERE) });
  }
  expect(new HubUrl("https://hub.example.com/live/hub").metadata).toBe(`${root}/live/hub`);
});
