import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Hub } from "../hub/hub.ts";
import { ListLogger } from "../hub/testing/list-logger.ts";
import { testHub, testService } from "../hub/testing/test-hub.ts";
import { refuseRequests } from "./refusals.ts";

const MAX_HEAD = 20_000;
const HOST = "Host: localhost\r\n";

let hub: Hub;
let server: Server;
let logger: ListLogger;
let client: Socket;
beforeEach(async () => {
  hub = testHub();
  logger = new ListLogger();
  server = createServer(
    { maxHeaderSize: MAX_HEAD, headersTimeout: 200, connectionsCheckingInterval: 50 },
    (request, response) => {
      if (request.url === "/stream") response.write("begun\n");
      else if (request.url !== "/waits") response.end(`${request.method} ${request.url}`);
    },
  );
  refuseRequests(server, testService(hub, { logger }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  server.close();
  await hub.close();
});

/** Returns the whole response, until the server has closed its side. */
async function answerTo(request: string): Promise<string> {
  client.write(request);
  return text(client);
}

function sent(request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.write(request, (error) => (error ? reject(error) : resolve()));
  });
}

const asked = (line: string) => answerTo(`${line} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);

describe("a request is answered by the server's own listener", () => {
  test.each(["GET /a?b=%ff", "POST /a", "OPTIONS /a", "DELETE /%E2%82%AC%00"])(
    "if its method and its target are valid: %s",
    async (line) => {
      expect(await asked(line)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    },
  );
});

describe("a request is refused with a problem document", () => {
  test.each(["TRACE /", "CONNECT example.com:443", "PROPFIND /a", "M-SEARCH *"])(
    "with 405 if no route supports its method: %s",
    async (line) => {
      const answer = await asked(line);
      expect(answer).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/);
      expect(answer.toLowerCase()).toContain("\r\nallow: get, head, post, options\r\n");
      expect(answer).toContain("urn:runnel:problem:method-not-allowed");
    },
  );

  test.each(["GET *", "GET ftp://example.com/", "GET http://[/", "GET /%ff", "GET /a/%E2%82?b"])(
    "with 400 if its target is invalid: %s",
    async (line) => {
      const answer = await asked(line);
      expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
      expect(answer).toContain("urn:runnel:problem:bad-target");
    },
  );

  test("with 431 that any page may read if its head is too large, however large", async () => {
    // The client reads nothing until it has sent all. If the server closed earlier, the response would be lost.
    await sent(`GET /${"a".repeat(200 * MAX_HEAD)} HTTP/1.1\r\n${HOST}\r\n`);
    const answer = await text(client);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 431 Request Header Fields Too Large\r\n/);
    expect(head.toLowerCase()).toContain("\r\naccess-control-allow-origin: *");
    expect(head.toLowerCase()).toContain("\r\ncontent-type: application/problem+json");
    expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({
      type: "urn:runnel:problem:head-too-large",
      detail: expect.stringContaining(`${MAX_HEAD} bytes`),
    });
    expect(logger.lines).toEqual([
      { fields: { problem: "head-too-large" }, message: "request refused" },
    ]);
  });
});

test("OPTIONS * is answered with the supported methods", async () => {
  const answer = await asked("OPTIONS *");
  expect(answer).toMatch(/^HTTP\/1.1 204 No Content\r\n/);
  expect(answer.toLowerCase()).toContain("\r\nallow: get, head, post, options\r\n");
});

describe("a request that is no HTTP gets the same short response as from Node itself", () => {
  test.each([
    ["a line that is none", "nonsense\r\n\r\n", 400],
    ["the beginning of TLS", "\x16\x03\x01\x02\0\x01\0", 400],
    ["a method that HTTP does not have", `FOO / HTTP/1.1\r\n${HOST}\r\n`, 400],
    [
      "a body whose chunks have no size, before its answer has begun",
      `POST /waits HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ["a head that does not end in time", `GET / HTTP/1.1\r\n${HOST}`, 408],
  ])("%s", async (_, request, status) => {
    expect(await answerTo(request)).toMatch(
      new RegExp(`^HTTP/1.1 ${status} [\\w ]+\r\nContent-Length: 0\r\nConnection: close\r\n\r\n$`),
    );
  });
});

test("a response that has begun is not interrupted by the response to a later malformed request", async () => {
  client.write(`GET /stream HTTP/1.1\r\n${HOST}\r\n`);
  await once(client, "data");
  expect(await answerTo("nonsense\r\n\r\n").catch(String)).not.toContain("400");
});

test("a response that waits for an earlier one does not interrupt it", async () => {
  client.write(`GET /stream HTTP/1.1\r\n${HOST}\r\nGET /waits HTTP/1.1\r\n${HOST}\r\n`);
  await once(client, "data");
  expect(await answerTo("nonsense\r\n\r\n").catch(String)).not.toContain("400");
});

test("a client that continues to send after a refusal is disconnected", async () => {
  client.on("error", () => {});
  const closed = vi.fn();
  client.on("close", closed);
  client.write("nonsense\r\n\r\n");
  const more = setInterval(() => client.write("more"), 20);
  try {
    await vi.waitFor(() => expect(closed).toHaveBeenCalled(), { timeout: 5_000 });
  } finally {
    clearInterval(more);
  }
});
