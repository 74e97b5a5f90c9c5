import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StreamReader } from "./frames.mjs";
import { createBetterSseServer } from "./servers/better-sse.mjs";
import { TICK_MS } from "./servers/packet.mjs";
import { createPlainServer } from "./servers/plain.mjs";

// The comparison is fair only if all servers send the same. The e2e tests check the packets of Runnel.
const servers: Record<string, () => Server> = {
  "node:http": createPlainServer,
  "better-sse": createBetterSseServer,
};

let server: Server | undefined;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
});

afterEach(async () => {
  vi.useRealTimers();
  if (!server?.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
});

async function listen(create: () => Server): Promise<number> {
  server = create().listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe.each(Object.entries(servers))("the benchmark's server %s", (_name, create) => {
  test("sends a packet in the seed's form, and no other event", async () => {
    const port = await listen(create);
    const leave = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/stream`, { signal: leave.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    vi.advanceTimersByTime(TICK_MS);
    const packet = await firstEvent(response);
    leave.abort();
    const fields = packet.split("\n").filter((line) => line !== "event:message");
    const time = Date.now();
    expect(fields).toEqual([`id:${time}`, `data:time is ${new Date(time)}`]);
  });

  test("sends one tick to all its clients at the same time", async () => {
    const port = await listen(create);
    const clients = await Promise.all([openClient(port), openClient(port), openClient(port)]);
    vi.advanceTimersByTime(TICK_MS);
    const time = Date.now();
    expect(await Promise.all(clients.map(({ firstId }) => firstId))).toEqual([time, time, time]);
  });
});

/** Returns the first block of lines with data in it. */
async function firstEvent(response: Response): Promise<string> {
  let text = "";
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const event = text
      .split("\n\n")
      .find((block, i, all) => /^data:/m.test(block) && i + 1 < all.length);
    if (event !== undefined) return event;
  }
  throw new Error("the stream has ended");
}

/** Opens a client that reads as the load does. Resolves when it has the head. */
function openClient(port: number): Promise<{ firstId: Promise<number> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const firstId = new Promise<number>((resolveId) => {
      const reader = new StreamReader(
        () => resolve({ firstId }),
        (id) => {
          socket.destroy();
          resolveId(id);
        },
      );
      socket.on("data", (bytes) => reader.push(bytes, bytes.length));
    });
    socket.on("error", reject);
    socket.write("GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  });
}
