import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Reader } from "./reader.mjs";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Starts a server that gives these answers one after another. Resolves to its port. */
async function serve(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const server = createServer((request, response) => answers.shift()?.(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return (server.address() as AddressInfo).port;
}

const STREAM = { "Content-Type": "text/event-stream" };

/** Starts a reader. Returns it with its updates so far, and a promise of its next update. */
function read(port: number) {
  const updates: string[] = [];
  let onCount = () => {};
  const reader = new Reader({
    port,
    query: "match=x",
    token: async () => "token",
    onUpdate: (data) => {
      updates.push(data);
      onCount();
    },
  });
  closing.unshift(() => reader.close());
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      onCount = () => updates.length >= count && resolve();
      onCount();
    });
  return { reader, updates, until };
}

test("a reader whose stream ends reconnects with the last id that it received", async () => {
  const asked: (string | string[] | undefined)[] = [];
  const port = await serve(
    (_request, response) => {
      response.writeHead(200, STREAM).end("retry:1\n\nid:1\ndata:a\n\nid:2\ndata:b\n\n");
    },
    (request, response) => {
      asked.push(request.headers["last-event-id"], request.headers.authorization);
      response.writeHead(200, STREAM).write("id:3\ndata:c\n\n");
    },
  );
  const { reader, updates, until } = read(port);
  await until(3);
  expect(updates).toEqual(["a", "b", "c"]);
  expect(asked).toEqual(["2", "Bearer token"]);
  expect(reader.reconnects).toBe(1);
});

test("a refused reader tries again, and counts the notices of a gap", async () => {
  const port = await serve(
    (_request, response) => void response.writeHead(503).end(),
    (_request, response) => {
      response.writeHead(200, STREAM).write("event:runnel:gap\ndata:{}\n\ndata:a\n\n");
    },
  );
  const { reader, updates, until } = read(port);
  await until(1);
  expect(updates).toEqual(["a"]);
  expect(reader.gaps).toBe(1);
});
