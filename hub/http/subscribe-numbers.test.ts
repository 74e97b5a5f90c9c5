import type { EventSourceMessage } from "eventsource-parser";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearer, detailOf, type Listener, LOCAL, problemOf, World } from "../testing/http-world.ts";
import { head } from "./subscribe.ts";

const TOPIC = "/.well-known/mercure/numbers";
const QUERY = `?match=${TOPIC}`;

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const granted = async (...topics: (string | object)[]) =>
  bearer(await world.token("subscriber", topics));

/** Returns the next document. Its reader must wait when the next second begins: otherwise no document is written. */
async function next(
  listener: Listener,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<EventSourceMessage> {
  const event = listener.next();
  await meanwhile();
  await new Promise((resolve) => setImmediate(resolve));
  world.timers.advance(1_000);
  return event;
}

describe("the hub's stats over HTTP", () => {
  test.each([
    ["their topic", [TOPIC]],
    ["everything", ["*"]],
    ["a pattern", [{ match: "/.well-known/mercure/:what", match_type: "urlpattern" }]],
  ])("are available to a client with a token that grants %s", async (_, topics) => {
    const listener = await world.listen(QUERY, await granted(...topics));
    expect(listener.lastEventId).toBeNull();
    const publish = () => world.publish({ topic: "a", data: "1" });
    const { id, event, data } = await next(listener, publish);
    expect([id, event]).toEqual([undefined, "runnel:numbers"]);
    expect(JSON.parse(data)).toMatchObject({ connections: 1, published: 1, delivered: 0 });
  });

  test("are refused without a token, even if anonymous subscribers are allowed", async () => {
    const response = await world.subscribe(QUERY);
    expect([response.status, await problemOf(response)]).toEqual([401, "no-token"]);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer resource_metadata="/);
    expect((await head(world.service, world.request(QUERY), { clock: false })).status).toBe(401);
  });

  test("are refused to a token that does not grant them", async () => {
    const response = await world.subscribe(QUERY, await granted("a", "/numbers"));
    expect([response.status, await problemOf(response)]).toEqual([403, "insufficient-scope"]);
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  test("cannot be combined with other topics in one stream", async () => {
    const all = await granted("*");
    for (const query of [`${QUERY}&match=a`, `?match_urlpattern=/:a&match_exact=${TOPIC}`]) {
      const response = await world.subscribe(query, all);
      expect([response.status, await problemOf(response)]).toEqual([400, "bad-matcher"]);
      expect(await detailOf(response)).toContain("subscribe to it alone");
    }
    const twice = await world.subscribe(`${QUERY}&match=${TOPIC}`, all);
    expect(twice.status).toBe(200);
  });

  test("are available to every client of a playground", async () => {
    await world.end();
    world = new World({ playground: true });
    const listener = await world.listen(QUERY, LOCAL);
    expect(await next(listener)).toMatchObject({ event: "runnel:numbers" });
    const elsewhere = { ...LOCAL, Origin: "https://evil.example" };
    expect((await world.subscribe(QUERY, elsewhere)).status).toBe(403);
  });

  test("count every refused request", async () => {
    const listener = await world.listen(QUERY, await granted("*"));
    const { data } = await next(listener, async () => {
      await world.subscribe(QUERY);
      await world.subscribe("?match=");
      await world.post("topic=a");
    });
    expect(JSON.parse(data)).toMatchObject({ refused: 3 });
  });

  test("do not count a reader as slow before it begins to read", async () => {
    const listener = await world.listen(QUERY, await granted("*"));
    const { data } = await next(listener, () => world.listen("?match=a"));
    expect(JSON.parse(data)).toMatchObject({ connections: 2, lagged: 0 });
  });

  test("cannot be published by a client", async () => {
    const response = await world.send({ topic: TOPIC, data: "{}" });
    expect([response.status, await problemOf(response)]).toEqual([400, "bad-update"]);
  });
});
