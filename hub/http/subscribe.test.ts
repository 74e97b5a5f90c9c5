import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Hub } from "../hub.ts";
import { UNMEASURED } from "../meter.ts";
import { FakeTimers, HUB_URL, ListLogger, testService } from "../testing.ts";
import type { Service } from "./service.ts";
import { head, subscribe } from "./subscribe.ts";

const context = new AsyncLocalStorage<string>();
const leaving = new AbortController();
const request = (query = "", headers: Record<string, string> = {}) =>
  new Request(`http://localhost/api/stream${query}`, { headers, signal: leaving.signal });
const CLOCK = { clock: true };

let timers: FakeTimers;
let contexts: (string | undefined)[];
let service: Service;

beforeEach(() => {
  timers = new FakeTimers();
  contexts = [];
  const process = new AsyncResource("test");
  const note = () => void contexts.push(context.getStore());
  const hub = new Hub({
    timers,
    limits: {
      maxConnections: 1,
      maxConnectionsPerClient: 1,
      maxConnectionMs: 0,
      heartbeatMs: 15_000,
    },
    logger: { debug: note, info: note, warn: note },
    meter: UNMEASURED,
    url: HUB_URL,
    log: undefined,
    longLived: true,
    outside: (work) => process.runInAsyncScope(work),
  });
  service = testService(hub, { logger: new ListLogger() });
});

afterEach(() => {
  expect(service.hub.connections.size).toBe(0);
  expect(timers.open).toBe(0);
});

test("a stream that outlives its request carries nothing of the request's context along", async () => {
  const response = await context.run("the request's", () => subscribe(service, request(), CLOCK));
  expect(contexts).toEqual([undefined]);
  await response.body?.cancel();
});

test("a request that was aborted before it was handled opens nothing that stays", async () => {
  const aborted = new Request("http://localhost/api/stream", { signal: AbortSignal.abort() });
  expect((await subscribe(service, aborted, CLOCK)).status).toBe(200);
  expect(service.hub.connections.size).toBe(0);
});

test("HEAD answers as GET would, full or not, and opens nothing", async () => {
  expect((await head(service, request(), CLOCK)).status).toBe(200);
  expect((await head(service, request("?heartbeat=loud"), CLOCK)).status).toBe(400);
  const { body } = await subscribe(service, request(), CLOCK);
  const html = request("", { Accept: "text/html" });
  for (const answer of [await head(service, html, CLOCK), await subscribe(service, html, CLOCK)]) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(10);
  }
  const refused = await head(service, request("", { Accept: "text/event-stream" }), CLOCK);
  expect(refused.status).toBe(200);
  expect(refused.body).toBeNull();
  await body?.cancel();
});
