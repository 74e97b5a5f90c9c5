import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { pipeToNodeResponse } from "next/dist/server/pipe-readable.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { SOCKET_HEADER, Sockets } from "../http/service/sockets.ts";
import { type Chunk, encodeEvent } from "../wire/encode.ts";
import { Connection } from "./connection.ts";
import type { SinkOwner } from "./sink.ts";
import { WebStreamSink } from "./web-stream.ts";

class Owner implements SinkOwner {
  drains = 0;
  closings = 0;
  drained(): void {
    this.drains += 1;
  }
  closed(): void {
    this.closings += 1;
  }
}

function sinkAndOwner({ longLived = false } = {}): { sink: WebStreamSink; owner: Owner } {
  const sink = new WebStreamSink({ longLived, reset: () => resets.get(sink)?.() });
  const owner = new Owner();
  sink.attach(owner);
  return { sink, owner };
}

/** The reset of the reader's connection, for each sink. */
const resets = new WeakMap<WebStreamSink, () => void>();

const frame = (data: string): Chunk => encodeEvent({ data });
const BIG = frame("x".repeat(65_000));

/** Opens real HTTP: Next's own path from a body to a socket, and a client that reads when the test says so. */
async function piped(sink: WebStreamSink) {
  let response: ServerResponse | undefined;
  let pipe: Promise<unknown> | undefined;
  const sockets = new Sockets();
  const server = createServer(({ socket }, res) => {
    response = res;
    const headers = { [SOCKET_HEADER]: sockets.numberOf(socket) };
    resets.set(sink, sockets.resetOf(new Request("http://localhost", { headers })));
    pipe = pipeToNodeResponse(sink.body, res).catch((error: unknown) => error);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let text = "";
  client.on("data", (data) => {
    text += data.toString();
  });
  open.push(async () => {
    client.destroy();
    server.close();
    await once(server, "close");
    await pipe;
  });
  await vi.waitFor(() => expect(response).toBeDefined());
  return { client, sockets, text: () => text, response: () => response as ServerResponse, pipe };
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

describe.each([{ longLived: false }, { longLived: true }])("a piped body, %j", (options) => {
  test("begins with the bytes that were written before it was read, and its head is sent with them", async () => {
    const { sink, owner } = sinkAndOwner(options);
    expect(sink.write(frame("first"))).toBe(false);
    const { text } = await piped(sink);
    await vi.waitFor(() => expect(text()).toContain("data:first\n\n"));
    expect(owner.drains).toBe(1);
    expect(sink.write(frame("second"))).toBe(true);
    await vi.waitFor(() => expect(text()).toContain("data:second\n\n"));
  });

  test("holds at most two chunks beyond the socket's buffers for a stalled client, and continues when it reads again", async () => {
    const { sink, owner } = sinkAndOwner(options);
    const { client, response, text } = await piped(sink);
    await vi.waitFor(() => expect(owner.drains).toBe(1));
    client.pause();
    // The kernel's buffers have their own bound: write until the sink stays full for twenty turns of the event loop.
    for (let refusedTurns = 0; refusedTurns < 20; ) {
      const { drains } = owner;
      if (refusedTurns === 0 && sink.write(BIG)) continue;
      await new Promise((resolve) => setImmediate(resolve));
      refusedTurns = owner.drains > drains ? 0 : refusedTurns + 1;
    }
    expect(response().writableLength).toBeLessThan(3 * BIG.bytes.length);
    const drains = owner.drains;
    client.resume();
    await vi.waitFor(() => expect(owner.drains).toBeGreaterThan(drains));
    expect(sink.write(frame("caught up"))).toBe(true);
    await vi.waitFor(() => expect(text()).toContain("caught up"));
  });

  test("ends cleanly, after all bytes that were written", async () => {
    const { sink, owner } = sinkAndOwner(options);
    const { client, text, pipe } = await piped(sink);
    sink.write(BIG);
    sink.write(frame("last words"));
    sink.end();
    sink.end();
    await vi.waitFor(() => expect(text()).toMatch(/last words\n\n\r\n0\r\n\r\n$/));
    await pipe;
    await vi.waitFor(() => expect(owner.closings).toBe(1));
    expect(client.destroyed).toBe(false);
  });

  test("sends the bytes that were written, even if it ends before it is read", async () => {
    const { sink } = sinkAndOwner(options);
    sink.write(frame("only"));
    sink.end();
    const { text } = await piped(sink);
    await vi.waitFor(() => expect(text()).toMatch(/data:only\n\n\r\n0\r\n\r\n$/));
  });

  const kills: [string, (client: Socket) => void][] = [
    ["closes", (client) => client.destroy()],
    ["resets", (client) => client.resetAndDestroy()],
  ];
  test.each(kills)(
    "whose client %s during writes notifies its owner once, and accepts no more writes",
    async (_, kill) => {
      const { sink, owner } = sinkAndOwner(options);
      const { client } = await piped(sink);
      for (let burst = 0; burst < 20; burst++) sink.write(BIG);
      kill(client);
      await vi.waitFor(() => {
        sink.write(BIG);
        expect(owner.closings).toBe(1);
      });
      expect(sink.write(BIG)).toBe(false);
      sink.end();
      expect(owner.closings).toBe(1);
    },
  );

  test("that is cut for a stalled client notifies its owner at once, and its unsent bytes never arrive", async () => {
    const { sink, owner } = sinkAndOwner(options);
    const { client, response, pipe, sockets } = await piped(sink);
    await vi.waitFor(() => expect(owner.drains).toBe(1));
    client.pause();
    // One chunk of far more bytes than the kernel accepts; another chunk waits behind it.
    sink.write(frame("x".repeat(20_000_000)));
    sink.write(frame("y".repeat(20_000_000)));
    sink.end();
    await vi.waitFor(() => expect(response().writableNeedDrain).toBe(true));
    expect(owner.closings).toBe(0);
    sink.destroy();
    sink.destroy();
    expect(owner.closings).toBe(1);
    await vi.waitFor(() => expect(response().destroyed).toBe(true));
    expect(sockets.size).toBe(0);
    let received = 0;
    client.removeAllListeners("data").on("data", (data) => {
      received += data.length;
    });
    client.on("error", () => {}).resume();
    await vi.waitFor(() => expect(client.destroyed).toBe(true));
    // Bytes that had reached the client before the cut; the kernel had some megabytes more for it.
    expect(received).toBeLessThan(1_000_000);
    expect(owner.closings).toBe(1);
    await pipe;
  });

  test("lets the handler return when the stream ends, or at once in a long-lived process", async () => {
    const { sink } = sinkAndOwner(options);
    const { pipe, text } = await piped(sink);
    let done = false;
    pipe?.then(() => {
      done = true;
    });
    sink.write(frame("first"));
    await vi.waitFor(() => expect(text()).toContain("first"));
    expect(done).toBe(options.longLived);
    sink.end();
    await vi.waitFor(() => expect(text()).toMatch(/\r\n0\r\n\r\n$/));
    await vi.waitFor(() => expect(done).toBe(true));
  });
});

test("a connection whose client never reads does not grow in memory, and delays no other connection", async () => {
  const connectTo = async () => {
    const sink = new WebStreamSink({ longLived: true, reset: () => {} });
    const connection = new Connection({
      id: "c",
      sink,
      heartbeat: "comment",
      traffic: { events: 0, replayed: 0, bytes: 0, lagged: 0, gaps: 0 },
      onUnreadable: () => {},
      onClose: () => {},
    });
    const { client } = await piped(sink);
    return { connection, client };
  };
  const [stalled, quick] = await Promise.all([connectTo(), connectTo()]);
  stalled.client.pause();
  let received = 0;
  // The bytes are counted and not kept.
  quick.client.removeAllListeners("data").on("data", (data) => {
    received += data.length;
  });
  const before = process.memoryUsage.rss();
  const chunks = 5_000;
  for (let sent = 0; sent < chunks; sent++) {
    // Each chunk has its own buffer: 325 MB together, if they were kept.
    const chunk = encodeEvent({ data: String(sent).padStart(8).repeat(8_125) });
    stalled.connection.send(chunk);
    quick.connection.send(chunk);
    await vi.waitFor(() => expect(quick.connection.state).toBe("live"), { interval: 0 });
  }
  await vi.waitFor(() => expect(received).toBeGreaterThan(chunks * 65_000));
  expect(stalled.connection.state).toBe("lagging");
  expect(stalled.connection.events).toBeLessThan(chunks / 2);
  expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000);
}, 60_000);

describe("a body that is read without Next", () => {
  test("gives each chunk to a waiting reader, and is full while no reader waits", async () => {
    const { sink, owner } = sinkAndOwner();
    const reader = sink.body.getReader();
    expect(sink.write(frame("1"))).toBe(false);
    expect((await reader.read()).value).toEqual(frame("1").bytes);
    const read = reader.read();
    await vi.waitFor(() => expect(owner.drains).toBe(1));
    expect(sink.write(frame("2"))).toBe(true);
    expect((await read).value).toEqual(frame("2").bytes);
    expect(sink.write(frame("3"))).toBe(false);
    sink.end();
    expect((await reader.read()).value).toEqual(frame("3").bytes);
    expect((await reader.read()).done).toBe(true);
  });

  test("that is cut fails for its reader, and drops the bytes that were written", async () => {
    const { sink, owner } = sinkAndOwner();
    const reader = sink.body.getReader();
    sink.write(frame("1"));
    sink.write(frame("2"));
    sink.end();
    sink.destroy();
    await expect(reader.read()).rejects.toThrow("the stream was cut");
    expect(owner.closings).toBe(1);
  });

  test("notifies its owner when the reader cancels", async () => {
    const { sink, owner } = sinkAndOwner();
    await sink.body.cancel();
    expect(owner.closings).toBe(1);
    expect(sink.write(frame("late"))).toBe(false);
    sink.end();
  });

  test("uses the standard pipe if the destination must not be closed", async () => {
    const { sink } = sinkAndOwner();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    sink.write(frame("kept open"));
    sink.end();
    const piped = sink.body.pipeTo(writable, { preventClose: true });
    const reader = readable.getReader();
    expect((await reader.read()).value).toEqual(frame("kept open").bytes);
    await piped;
    await writable.close();
    expect((await reader.read()).done).toBe(true);
  });
});
