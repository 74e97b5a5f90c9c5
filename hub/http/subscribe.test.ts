import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Hub } from "../hub.ts";
import { FakeTimers } from "../testing.ts";
import { head, subscribe } from "./subscribe.ts";

const context = new AsyncLocalStorage<string>();
const leaving = new AbortController();
const request = (query = "", headers: Record<string, string> = {}) =>
  new Request(`http://localhost/api/stream${query}`, { headers, signal: leaving.signal });

let timers: FakeTimers;
let contexts: (string | undefined)[];
let hub: Hub;

beforeEach(() => {
  timers = new FakeTimers();
  contexts = [];
  const process = new AsyncResource("test");
  const note = () => void contexts.push(context.getStore());
  hub = new Hub({
    timers,
    limits: { maxConnections: 1, maxConnectionMs: 0, heartbeatMs: 15_000 },
    logger: { info: note, warn: note },
    longLived: true,
    outside: (work) => process.runInAsyncScope(work),
  });
});

afterEach(() => {
  expect(hub.connections).toBe(0);
  expect(timers.open).toBe(0);
});

test("a stream that outlives its request carries nothing of the request's context along", async () => {
  const response = context.run("the request's", () => subscribe(hub, request()));
  expect(contexts).toEqual([undefined]);
  await response.body?.cancel();
});

test("a request that was aborted before it was handled opens nothing that stays", () => {
  const aborted = new Request("http://localhost/api/stream", { signal: AbortSignal.abort() });
  expect(subscribe(hub, aborted).status).toBe(200);
  expect(hub.connections).toBe(0);
});

test("HEAD answers as GET would, full or not, and opens nothing", async () => {
  expect(head(hub, request()).status).toBe(200);
  expect(head(hub, request("?heartbeat=loud")).status).toBe(400);
  const { body } = subscribe(hub, request());
  const html = { Accept: "text/html" };
  for (const answer of [head(hub, request("", html)), subscribe(hub, request("", html))]) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(10);
  }
  const events = { Accept: "text/event-stream" };
  const refused = head(hub, request("", events));
  expect(refused.status).toBe(200);
  expect(refused.body).toBeNull();
  await body?.cancel();
});
