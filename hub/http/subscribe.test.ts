import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Hub } from "../hub.ts";
import { UNMEASURED } from "../stats/meter.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { FakeVitals } from "../testing/fake-vitals.ts";
import { bearer, LOCAL, problemOf, SECRET, World } from "../testing/http-world.ts";
import { ListLogger } from "../testing/list-logger.ts";
import { HUB_URL, testService } from "../testing/test-hub.ts";
import { PEER_HEADER } from "./request/client.ts";
import type { Service } from "./service/service.ts";
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
    vitals: new FakeVitals(),
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

test("a stream that outlives its request keeps nothing of the request's context", async () => {
  const response = await context.run("the request's", () => subscribe(service, request(), CLOCK));
  expect(contexts).toEqual([undefined]);
  await response.body?.cancel();
});

test("a request that was aborted before it was handled leaves no open stream", async () => {
  const aborted = new Request("http://localhost/api/stream", { signal: AbortSignal.abort() });
  expect((await subscribe(service, aborted, CLOCK)).status).toBe(200);
  expect(service.hub.connections.size).toBe(0);
});

test("HEAD is answered like GET, whether or not the hub is full, and opens no stream", async () => {
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

describe("a stream of topics", () => {
  const APP = "https://app.example.com";
  const data = async (listener: Awaited<ReturnType<World["listen"]>>) =>
    (await listener.next()).data;
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.end());

  test("is text/event-stream, and intermediaries must not cache, change or delay it", async () => {
    const { headers } = (await world.listen("?match=a")).response;
    expect(headers.get("content-type")).toBe("text/event-stream");
    expect(headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(headers.get("mercure-last-event-id")).toBeNull();
  });

  test("delivers updates that any of its matchers matches: byte for byte, or as a URL pattern", async () => {
    const exact = await world.listen("?match=/Books/1");
    const pattern = await world.listen("?match_urlpattern=/books/:id&match=other");
    const all = await world.listen("?match_urlpattern=*");
    const topics = [
      "/books/1",
      "https://hub.example.com/books/2",
      "/Books/1",
      "other",
      "/books/1/2",
    ];
    for (const topic of [...topics, "not a URL: \\"]) await world.publish({ topic, data: topic });
    expect(await data(exact)).toBe("/Books/1");
    expect(await data(pattern)).toBe("/books/1");
    expect(await data(pattern)).toBe("https://hub.example.com/books/2");
    expect(await data(pattern)).toBe("other");
    for (const topic of [...topics, "not a URL: \\"]) expect(await data(all)).toBe(topic);
  });

  test("delivers a private update only with a grant for any of the update's topics", async () => {
    const grants = async (...topics: (string | object)[]) =>
      bearer(await world.token("subscriber", topics));
    const may = [
      await world.listen("?match=a", await grants("a")),
      await world.listen("?match=a", await grants("/users/1/a")),
      await world.listen(
        "?match=a",
        await grants({ match: "/users/1/*", match_type: "urlpattern" }),
      ),
      await world.listen("?match=a", await grants("*")),
    ];
    const mayNot = [
      await world.listen("?match=a"),
      await world.listen("?match=*", await grants("b", "/users/2/a")),
      await world.listen("?match=a", await grants({ match: "/a/:b", match_type: "urlpattern" })),
    ];
    await world.publish([
      ["topic", "a"],
      ["topic", "/users/1/a"],
      ["private", ""],
      ["data", SECRET],
    ]);
    await world.publish({ topic: "a", data: "public" });
    for (const listener of may) {
      expect(await data(listener)).toBe(SECRET);
      expect(await data(listener)).toBe("public");
    }
    for (const listener of mayNot) expect(await data(listener)).toBe("public");
  });

  test("delivers no private update for a grant to publish to all topics", async () => {
    const claims = {
      authorization_details: [
        {
          type: "https://mercure.rocks/authorization-detail",
          actions: ["publish"],
          topics: [{ match: "*" }],
        },
      ],
    };
    const publisher = bearer(await world.token("subscriber", [], claims));
    const listener = await world.listen("?match=*", publisher);
    await world.publish({ topic: "a", private: "", data: SECRET });
    await world.publish({ topic: "a", data: "public" });
    expect(await data(listener)).toBe("public");
  });

  test("delivers only updates that its query matches, even if the token grants more", async () => {
    const listener = await world.listen("?match=a", bearer(await world.token("subscriber")));
    await world.publish({ topic: "b", data: "1" });
    await world.publish({ topic: "a", data: "2" });
    expect(await data(listener)).toBe("2");
  });

  test("ends when its token expires, to the millisecond, with a time to reconnect", async () => {
    const exp = world.timers.now() / 1000 + 60;
    const token = await world.token("subscriber", ["*"], { exp });
    const listener = await world.listen("?match=a", bearer(token));
    const anonymous = await world.listen("?match=a");
    world.timers.advance(59_999);
    expect(world.hub.connections.size).toBe(2);
    world.timers.advance(1);
    expect(await listener.rest()).toEqual([]);
    expect(listener.retries.at(-1)).toBe(550);
    expect(world.hub.connections.size).toBe(1);
    expect((await world.subscribe("?match=a", bearer(token))).status).toBe(401);
    await anonymous.close();
  });

  test("ends at its maximum age, even if its token is valid for longer", async () => {
    await world.end();
    world = new World({}, { limits: { maxConnectionMs: 10_000 } });
    const listener = await world.listen("?match=a", bearer(await world.token("subscriber")));
    world.timers.advance(10_000);
    expect(await listener.rest()).toEqual([]);
    expect(world.hub.connections.size).toBe(0);
  });

  test("sends a comment as heartbeat in a silence, which is no event", async () => {
    const { body } = await world.subscribe("?match=a");
    const reader = body?.getReader();
    const decode = async () => new TextDecoder().decode((await reader?.read())?.value);
    expect(await decode()).toMatch(/^:\nretry:2000\n\nid:urn:uuid:[0-9a-f-]+\n\n$/);
    const beat = decode();
    world.timers.advance(15_000);
    expect(await beat).toMatch(/^:\n/);
    await reader?.cancel();
  });

  test("is refused for a new pattern with 429 at the client's limit and with 503 at the hub's limit; other streams are not refused", async () => {
    const patterns = (client: number, stream: number) =>
      Array.from(
        { length: 20 },
        (_, n) => `match_urlpattern=/${client}/${stream}/${n}/(a{180})`,
      ).join("&");
    await world.end();
    world = new World({ trustedProxies: 1 });
    const open: Response[] = [];
    const from = (client: number) => ({ "X-Forwarded-For": `192.0.2.${client}` });
    const fill = async (client: number) => {
      for (let stream = 0; ; stream += 1) {
        const response = await world.subscribe(`?${patterns(client, stream)}`, from(client));
        if (response.status !== 200) return response;
        open.push(response);
      }
    };
    const ofClient = await fill(1);
    expect(ofClient.status).toBe(429);
    expect(await problemOf(ofClient)).toBe("too-many-patterns-of-client");
    for (let client = 2; client < 5; client += 1) expect((await fill(client)).status).toBe(429);
    const full = await fill(5);
    expect(full.status).toBe(503);
    expect(await problemOf(full)).toBe("too-many-patterns");
    expect(full.headers.get("retry-after")).toMatch(/^\d\d$/);
    const known = `?${patterns(1, 0)}`;
    for (const query of ["?match=a", "?match=*", known]) {
      for (const client of [1, 9]) {
        const response = await world.subscribe(query, from(client));
        expect(response.status).toBe(200);
        open.push(response);
      }
    }
    const waiting = { ...from(9), Accept: "text/event-stream" };
    const told = await world.subscribe(`?${patterns(9, 0)}`, waiting);
    expect(told.status).toBe(200);
    expect(await told.text()).toMatch(/^retry:\d{5}\n\n$/);
    for (const response of open) await response.body?.cancel();
  }, 60_000);

  test("is refused with 429 or 503 if there are too many, but an EventSource gets a time to reconnect", async () => {
    await world.end();
    const limits = { maxConnections: 2, maxConnectionsPerClient: 1 };
    world = new World({}, { limits });
    const token = (sub: string) => world.token("subscriber", ["*"], { sub });
    const first = bearer(await token("1"));
    await world.listen("?match=a", first);
    const ofClient = await world.subscribe("?match=a", first);
    expect([ofClient.status, await problemOf(ofClient)]).toEqual([429, "too-many-of-client"]);
    await world.listen("?match=a", bearer(await token("2")));
    const inAll = await world.subscribe("?match=a", bearer(await token("3")));
    expect([inAll.status, await problemOf(inAll)]).toEqual([503, "too-many-streams"]);
    for (const { headers } of [ofClient, inAll]) {
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(10);
    }
    const browser = await world.listen("?match=a", { ...first, Accept: "text/event-stream" });
    expect(await browser.rest()).toEqual([]);
    expect(browser.retries).toEqual([20_000]);
  });

  test("may be read with cookies by pages of listed origins, and by no other page", async () => {
    await world.end();
    world = new World({ corsOrigins: [APP] });
    const cookie = `__Secure-mercure_access_token=${await world.token("subscriber")}`;
    const listed = await world.subscribe("?match=a", { Origin: APP, Cookie: cookie });
    expect(listed.headers.get("access-control-allow-origin")).toBe(APP);
    expect(listed.headers.get("access-control-allow-credentials")).toBe("true");
    expect(listed.headers.get("access-control-expose-headers")).toContain("Mercure-Last-Event-ID");
    const Origin = "https://evil.example";
    const other = await world.subscribe("?match=a", { Origin, Cookie: cookie });
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    expect(other.headers.get("access-control-allow-credentials")).toBeNull();
    for (const { headers } of [listed, other]) expect(headers.get("vary")).toBe("Origin");
  });

  test("of a playground is open only to this machine and the playground's own pages", async () => {
    await world.end();
    world = new World({ playground: true });
    const local = LOCAL;
    const statuses = async (...all: Record<string, string>[]) =>
      Promise.all(all.map(async (headers) => (await world.subscribe("?match=a", headers)).status));
    expect(await statuses(local, { ...local, Origin: "http://localhost:3000" })).toEqual([
      200, 200,
    ]);
    expect(
      await statuses(
        { Host: "rebound.evil.example" },
        { ...local, Origin: "null" },
        { ...local, Origin: "http://localhost:3001" },
        { ...local, "Sec-Fetch-Site": "cross-site" },
      ),
    ).toEqual([403, 403, 403, 403]);
  });

  test("is refused with 503 if the log can't be read, or no shared log exists", async () => {
    await world.end();
    world = new World({}, { log: null });
    const response = await world.subscribe("?match=a");
    expect([response.status, await problemOf(response)]).toEqual([503, "log-not-shared"]);
  });
});

test("the clock may be read by any page, without cookies", async () => {
  const headers = { Origin: "https://anywhere.example" };
  const { headers: answer, body } = await subscribe(service, request("", headers), CLOCK);
  expect(answer.get("access-control-allow-origin")).toBe("*");
  expect(answer.get("access-control-allow-credentials")).toBeNull();
  await body?.cancel();
});

test("a request without a socket opens no stream, and gets a time to reconnect, as at a shutdown", async () => {
  const marking: Service = { ...service, marksRequests: true };
  const inside = await subscribe(marking, request(), CLOCK);
  expect(inside.status).toBe(200);
  expect(await inside.text()).toMatch(/^retry:\d+\n\n$/);
  expect(inside.headers.get("access-control-allow-origin")).toBe("*");
  const topics = await subscribe(marking, request("?match=a"), CLOCK);
  expect(await topics.text()).toMatch(/^retry:\d+\n\n$/);
  expect(topics.headers.get("access-control-allow-origin")).toBeNull();
  expect(service.hub.connections.size).toBe(0);

  const { body } = await subscribe(marking, request("", { [PEER_HEADER]: "127.0.0.1" }), CLOCK);
  expect(service.hub.connections.size).toBe(1);
  await body?.cancel();
});
