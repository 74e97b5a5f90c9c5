import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PEER_HEADER, PROXIED_HEADER } from "../hub/http/request/client.ts";
import { tellPeers } from "./peers.ts";

let server: Server;
let newest: IncomingMessage;

beforeAll(async () => {
  tellPeers();
  server = createServer((request, response) => {
    newest = request;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
});

/** Sends a request with these lines as header fields, and returns the header fields that the app receives. */
async function fieldsOf(lines: readonly string[], version = "1.1"): Promise<IncomingHttpHeaders> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  const head = [`GET / HTTP/${version}`, "Host: localhost", "Connection: close", ...lines, "", ""];
  socket.end(head.join("\r\n"));
  await text(socket);
  return newest.headers;
}

const isProxied = async (lines: readonly string[], version?: string) =>
  (await fieldsOf(lines, version))[PROXIED_HEADER] === "yes";

test("a request is marked with the address of its peer, even if the client sent another value", async () => {
  expect((await fieldsOf([`${PEER_HEADER}: 192.0.2.1`]))[PEER_HEADER]).toBe("127.0.0.1");
});

describe("a request that came through a proxy counts as proxied:", () => {
  test.each([
    ["nginx with its defaults, and lighttpd", [], "1.0"],
    ["the standard", ["Forwarded: for=192.0.2.1"]],
    ["Squid, Varnish and Heroku", ["Via: 1.1 vegur"]],
    ["nginx with the fields of its manual", ["X-Real-IP: 192.0.2.1"]],
    ["Apache", ["X-Forwarded-Server: example.com"]],
    ["Caddy, ngrok and Tailscale", ["X-Forwarded-For: 192.0.2.1"]],
    ["Traefik", ["X-Forwarded-Port: 443"]],
    ["Envoy", ["x-envoy-expected-rq-timeout-ms: 15000"]],
    ["Envoy's edge", ["x-forwarded-proto: https"]],
    ["Cloudflare and its tunnels", ["CF-Connecting-IP: 192.0.2.1"]],
    ["Cloudflare's loop field", ["CDN-Loop: cloudflare"]],
    ["Akamai", ["True-Client-IP: 192.0.2.1"]],
    ["Fastly", ["Fastly-Client-IP: 192.0.2.1"]],
    ["Fly", ["Fly-Client-IP: 192.0.2.1"]],
    ["Tailscale", ["Tailscale-User-Login: a@example.com"]],
    ["AWS", ["X-Amzn-Trace-Id: Root=1-2-3"]],
    ["Azure", ["X-Azure-ClientIP: 192.0.2.1"]],
    ["IIS", ["X-ARR-LOG-ID: 1", "X-Original-URL: /"]],
    ["Zuul and others", ["X-Original-Host: example.com"]],
    ["RackSpace", ["X-Cluster-Client-IP: 192.0.2.1"]],
    [
      "any of them, whatever the client has written as our mark",
      [`${PROXIED_HEADER}: no`, "Via: a"],
    ],
  ])("it has the header fields of %s", async (_, lines, version?: string) => {
    expect(await isProxied(lines, version)).toBe(true);
  });
});

test("a request of curl, of a browser or of a traced client does not count as proxied", async () => {
  for (const lines of [
    ["User-Agent: curl/8.0", "Accept: */*"],
    ["Origin: http://localhost", "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "DNT: 1"],
    ["X-Requested-With: XMLHttpRequest", "X-Request-Id: 1", "traceparent: 00-1-2-01"],
    ["Upgrade-Insecure-Requests: 1", "Cache-Control: no-cache", "X-Forward: no", "Viable: yes"],
  ]) {
    expect(await isProxied(lines), lines.join()).toBe(false);
  }
});

test("a request that the app sends to itself for a direct request counts as direct, even with fields that Next has added", async () => {
  const { [PROXIED_HEADER]: direct } = await fieldsOf([]);
  const own = [`${PROXIED_HEADER}: ${direct}`, "X-Forwarded-For: 127.0.0.1"];
  expect(await isProxied(own)).toBe(false);
  const { [PROXIED_HEADER]: proxied } = await fieldsOf(["X-Forwarded-For: 192.0.2.1"]);
  expect(await isProxied([`${PROXIED_HEADER}: ${proxied}`, "X-Forwarded-For: 192.0.2.1"])).toBe(
    true,
  );
});
