import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DETAIL_TYPE } from "../auth/access-token.mjs";
import type { SubscriptionDocument } from "../subscriptions.ts";
import { bearer, type Listener, LOCAL, problemOf, World } from "../testing/http-world.ts";
import { HUB_URL } from "../testing/test-hub.ts";
import { parseMatcher } from "../topics/matcher.ts";
import { subscriptions } from "./subscription-api.ts";

const PATH = "/.well-known/mercure/subscriptions";
const EVENTS = encodeURIComponent(`${PATH}/:type/:match/:subscriber`);
const WATCH = `?match_urlpattern=${EVENTS}`;
const PATTERN = "https://example.com/:selector";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const grants = async (...topics: (string | object)[]) =>
  bearer(await world.token("subscriber", topics));
const everything = () => grants("*");

/** Opens a stream of subscription events, after it has reported its own subscription. */
async function watcher(): Promise<Listener> {
  const listener = await world.listen(WATCH, await everything());
  await listener.next();
  return listener;
}

async function nextDocument(listener: Listener): Promise<SubscriptionDocument> {
  return JSON.parse((await listener.next()).data);
}

interface Collection {
  readonly id: string;
  readonly type: string;
  readonly subscriptions: readonly SubscriptionDocument[];
}

async function collection(rest = "", headers?: Record<string, string>): Promise<Collection> {
  return (await world.subscriptions(rest, headers ?? (await everything()))).json();
}

describe("a subscription event", () => {
  test("reports the beginning and the end of a subscription, under the type mercure", async () => {
    const watching = await watcher();
    const listener = await world.listen("?match=https://example.com/a");
    const began = await watching.next();
    expect(began.event).toBe("mercure");
    expect(began.id).toMatch(/^urn:uuid:/);
    const document: SubscriptionDocument = JSON.parse(began.data);
    const subscriber = expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(document).toEqual({
      id: `${PATH}/exact/https%3A%2F%2Fexample.com%2Fa/${encodeURIComponent(document.subscriber)}`,
      type: "subscription",
      match_type: "exact",
      match: "https://example.com/a",
      subscriber,
      active: true,
    });
    await listener.close();
    const ended = await watching.next();
    expect(ended.event).toBe("mercure");
    expect(JSON.parse(ended.data)).toEqual({ ...document, active: false });
  });

  test("has its id as topic, so that a client can subscribe to it alone", async () => {
    const watching = await watcher();
    const listener = await world.listen("?match=a");
    const { id } = await nextDocument(watching);
    const query = `?match=${encodeURIComponent(id)}`;
    const one = await world.listen(query, await grants(id));
    await listener.close();
    expect(await nextDocument(one)).toMatchObject({ id, active: false });
  });

  test.each([
    ["a b/c?d=é%20", "a%20b%2Fc%3Fd%3D%C3%A9%2520"],
    ["!'()*~-._", "%21%27%28%29%2A~-._"],
    ["*", "%2A"],
  ])("has its matcher percent-encoded exactly once: %j", async (match, encoded) => {
    const watching = await watcher();
    await world.listen(`?${new URLSearchParams({ match })}`);
    const document = await nextDocument(watching);
    expect(document.match).toBe(match);
    expect(document.id).toBe(`${PATH}/exact/${encoded}/${encodeURIComponent(document.subscriber)}`);
  });

  test("is sent for each matcher of a connection, all with the same subscriber id; each connection has its own id", async () => {
    const watching = await watcher();
    const same = bearer(await world.token("subscriber", ["x"]));
    await world.listen(`?match=a&match_exact=a&match_urlpattern=${PATTERN}&subscriber=me`, same);
    const [first, second] = [await nextDocument(watching), await nextDocument(watching)];
    expect([first.match_type, first.match]).toEqual(["exact", "a"]);
    expect([second.match_type, second.match]).toEqual(["urlpattern", PATTERN]);
    expect(second.subscriber).toBe(first.subscriber);
    await world.listen("?match=a", same);
    expect((await nextDocument(watching)).subscriber).not.toBe(first.subscriber);
  });

  test("ignores a subscriber id that the request names", async () => {
    const watching = await watcher();
    const headers = { Subscriber: "me", "X-Subscriber": "me" };
    await world.listen("?match=a&subscriber=me", headers);
    expect((await nextDocument(watching)).subscriber).toMatch(/^urn:uuid:/);
  });

  test("is private: a subscriber without a grant for its topic does not receive it", async () => {
    const anyone = await world.listen(`${WATCH}&match=a`);
    const ungranted = await world.listen(`${WATCH}&match=a`, await grants("a"));
    const granted = await world.listen(
      WATCH,
      await grants({ match: `${PATH}/exact/:match/:subscriber`, match_type: "urlpattern" }),
    );
    const listener = await world.listen("?match=b");
    await world.listen(`?match_urlpattern=${PATTERN}`);
    await listener.close();
    await world.publish({ topic: "a", data: "public" });
    expect((await anyone.next()).data).toBe("public");
    expect((await ungranted.next()).data).toBe("public");
    const { id } = await nextDocument(granted);
    expect(await nextDocument(granted)).toMatchObject({ id, match: "b", active: false });
  });

  test("is replayed only to subscribers with a grant", async () => {
    const listener = await world.listen("?match=b");
    await listener.close();
    await world.publish({ topic: "a", data: "public" });
    const granted = await world.listen(`${WATCH}&last_event_id=earliest`, await everything());
    expect(await nextDocument(granted)).toMatchObject({ match: "b", active: true });
    expect(await nextDocument(granted)).toMatchObject({ match: "b", active: false });
    const anyone = await world.listen(`${WATCH}&match=a&last_event_id=earliest`);
    expect((await anyone.next()).data).toBe("public");
  });

  test("is also sent when a subscription ends because its token has expired", async () => {
    const exp = world.timers.now() / 1000 + 10;
    const watching = await watcher();
    const short = bearer(await world.token("subscriber", ["a"], { exp }));
    const listener = await world.listen("?match=a", short);
    expect(await nextDocument(watching)).toMatchObject({ active: true });
    world.timers.advance(10_000);
    await listener.rest();
    expect(await nextDocument(watching)).toMatchObject({ match: "a", active: false });
  });
});

describe("a subscription's payload", () => {
  const detail = (topics: object[], payload?: object, actions = ["subscribe"]) => ({
    type: DETAIL_TYPE,
    actions,
    topics,
    ...(payload ? { payload } : {}),
  });

  test("is that of the first subscribe detail that matches the subscription's own matcher", async () => {
    const authorization_details = [
      detail([{ match: "https://example.com/foo" }], { not: "for readers" }, ["publish"]),
      detail([{ match: "https://example.com/foo" }], { custom: 1 }),
      detail([{ match: PATTERN, match_type: "urlpattern" }], { custom: 2 }),
      detail([{ match: "none" }]),
      detail([{ match: "*" }], { custom: 3 }),
    ];
    const token = bearer(await world.token("subscriber", [], { authorization_details }));
    const watching = await watcher();
    await world.listen(
      `?match=https://example.com/foo&match_urlpattern=${PATTERN}&match=https://example.com/bar&match=none&match=other`,
      token,
    );
    const payloads: unknown[] = [];
    for (let n = 0; n < 5; n += 1) payloads.push((await nextDocument(watching)).payload);
    expect(payloads).toEqual([
      { custom: 1 },
      { custom: 2 },
      { custom: 2 },
      undefined,
      { custom: 3 },
    ]);
    const { subscriptions } = await collection("/exact/other");
    expect(subscriptions.map(({ payload }) => payload)).toEqual([{ custom: 3 }]);
  });

  test("is absent without a token", async () => {
    const watching = await watcher();
    await world.listen("?match=a");
    expect(await nextDocument(watching)).not.toHaveProperty("payload");
  });
});

describe("the subscription API", () => {
  test("shows all active subscriptions, those of a matcher, and a single one", async () => {
    const first = await world.listen(`?match=a&match_urlpattern=${PATTERN}`);
    const second = await world.listen("?match=a");
    const all = await collection();
    expect(all).toMatchObject({ id: PATH, type: "subscriptions" });
    expect(all.subscriptions.map(({ match }) => match)).toEqual(["a", PATTERN, "a"]);

    const rest = `/urlpattern/${encodeURIComponent(PATTERN)}`;
    const ofMatcher = await collection(rest);
    expect(ofMatcher).toEqual({
      id: `${PATH}${rest}`,
      type: "subscriptions",
      subscriptions: [all.subscriptions[1]],
    });
    expect((await collection("/exact/a")).subscriptions).toHaveLength(2);
    expect((await collection("/urlpattern/a")).subscriptions).toEqual([]);
    expect((await collection("/nothing/a")).subscriptions).toEqual([]);

    for (const document of all.subscriptions) {
      const one = await world.subscriptions(document.id.slice(PATH.length), await everything());
      expect(await one.json()).toEqual(document);
    }
    await first.close();
    expect((await collection()).subscriptions).toEqual([all.subscriptions[2]]);
    await second.close();
    expect((await collection()).subscriptions).toEqual([]);
  });

  test("shows the same document as the event", async () => {
    const watching = await watcher();
    await world.listen("?match=a");
    const document = await nextDocument(watching);
    expect((await collection("/exact/a")).subscriptions).toEqual([document]);
  });

  test("shows at most 10,000, in a document like any other", async () => {
    const matchers = Array.from({ length: 10_001 }, (_, n) => {
      const parsed = parseMatcher("exact", `${n}`, HUB_URL);
      if (!parsed.ok) throw new Error(parsed.problem);
      return parsed.matcher;
    });
    world.hub.subscriptions.open({ id: "urn:example:many", matchers, access: undefined });
    const { id, type, subscriptions: shown } = await collection();
    expect({ id, type }).toEqual({ id: PATH, type: "subscriptions" });
    expect(shown).toHaveLength(10_000);
    expect(shown.at(-1)).toMatchObject({ match: "9999", active: true });
    expect((await collection("/exact/10000")).subscriptions).toHaveLength(1);
  });

  test("lets other requests run while it writes a long list, and its client may leave meanwhile", async () => {
    const matchers = Array.from({ length: 10_000 }, (_, n) => {
      const parsed = parseMatcher("exact", `${n}`, HUB_URL);
      if (!parsed.ok) throw new Error(parsed.problem);
      return parsed.matcher;
    });
    world.hub.subscriptions.open({ id: "urn:example:many", matchers, access: undefined });
    const headers = await everything();
    let turns = 0;
    const count = () => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const shown = await Promise.all([collection("", headers), collection("", headers)]);
    clearImmediate(counting);
    expect(shown.map(({ subscriptions }) => subscriptions.length)).toEqual([10_000, 10_000]);
    expect(turns).toBeGreaterThan(50);
    const left = await world.subscriptions("", headers);
    const reader = left.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeLessThan(50_000);
    await reader?.cancel();
  });

  test("stops writing when the token expires, also for a stalled reader", async () => {
    for (let n = 0; n < 1_000; n += 1) {
      const subscriber = { id: `urn:example:${n}`, matchers: [], access: undefined };
      const parsed = parseMatcher("exact", `${n}`, HUB_URL);
      if (parsed.ok) world.hub.subscriptions.open({ ...subscriber, matchers: [parsed.matcher] });
    }
    const exp = world.timers.now() / 1000 + 10;
    const headers = bearer(await world.token("subscriber", ["*"], { exp }));
    const reader = (await world.subscriptions("", headers)).body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    world.timers.advance(10_000);
    await expect(reader?.read()).rejects.toThrow("the access token has ended");
  });

  test("answers in JSON that shared caches must not store", async () => {
    const { status, headers } = await world.subscriptions("", await everything());
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("cache-control")).toBe("private, no-cache, must-revalidate");
  });

  test("has the cursor in its Link, to resume after, which is earliest before any event", async () => {
    const linkOf = async (rest = "") => {
      const headers = await everything();
      return (await world.subscriptions(rest, headers)).headers.get("link") ?? "";
    };
    const link = (cursor: string) =>
      `<https://hub.example.com/.well-known/mercure>; rel="mercure"; last-event-id="${cursor}"; type="mercure"; content-type="application/json"`;
    expect(await linkOf()).toBe(link("earliest"));
    const id = await world.publish({ topic: "a" });
    expect(await linkOf()).toBe(link(id));
    const watching = await watcher();
    const listener = await world.listen("?match=a");
    const { id: path } = await nextDocument(watching);
    const cursors = new Set<string>();
    for (const rest of ["", "/exact/a", path.slice(PATH.length)]) cursors.add(await linkOf(rest));
    expect(cursors.size).toBe(1);
    const cursor = /last-event-id="([^"]+)"/.exec([...cursors].join())?.[1] ?? "";
    await listener.close();
    const resumed = await world.listen(`${WATCH}&last_event_id=${cursor}`, await everything());
    expect(resumed.lastEventId).toBe(cursor);
    expect(await nextDocument(resumed)).toMatchObject({ match: "a", active: false });
  });

  test("lets pages of listed origins read the Link", async () => {
    await world.end();
    const Origin = "https://app.example.com";
    world = new World({ corsOrigins: [Origin] });
    const { headers } = await world.subscriptions("", { Origin, ...(await everything()) });
    expect(headers.get("access-control-allow-origin")).toBe(Origin);
    expect(headers.get("access-control-expose-headers")).toContain("Link");
  });

  test("answers 401 without a token, even if anonymous subscribers are allowed", async () => {
    const response = await world.subscriptions("");
    expect([response.status, await problemOf(response)]).toEqual([401, "no-token"]);
  });

  test("answers 403 without a grant for the address itself in relative form", async () => {
    await world.listen("?match=a");
    const one = (await collection()).subscriptions[0]?.id.slice(PATH.length) ?? "";
    const status = async (rest: string, ...topics: (string | object)[]) =>
      (await world.subscriptions(rest, await grants(...topics))).status;
    const pattern = (match: string) => ({ match, match_type: "urlpattern" });

    expect(await status("", PATH)).toBe(200);
    expect(await status("/exact/a", PATH)).toBe(403);
    expect(await status(one, PATH)).toBe(403);
    expect(await status("/exact/a", `${PATH}/exact/a`)).toBe(200);
    expect(await status("", `https://hub.example.com${PATH}`)).toBe(403);
    expect(await status("", pattern(`https://hub.example.com${PATH}`))).toBe(200);
    expect(await status(one, pattern(`${PATH}/*`))).toBe(200);
    expect(await status("", pattern(`${PATH}/*`))).toBe(403);
    expect(await status("", pattern(`${PATH}{/*}?`))).toBe(200);
    expect(await status("", "a")).toBe(403);
  });

  test("ignores the query of its address for the grant", async () => {
    const headers = await grants(PATH);
    const request = world.request("/subscriptions?anything=else", headers);
    expect((await subscriptions(world.service, request, "")).status).toBe(200);
  });

  test.each([
    "/",
    "/exact",
    "/exact/",
    "//a",
    "/exact/a/",
    "/exact/a/urn%3Auuid%3A0/more",
    "/exact/a/urn%3Auuid%3A0",
    "/exact/%FF",
    "/exact/a/%",
  ])("answers 404 at %s", async (rest) => {
    const response = await world.subscriptions(rest, await everything());
    expect([response.status, await problemOf(response)]).toEqual([404, "not-found"]);
  });

  test("answers 404 if the subscriber does not have that matcher, or if the address is longer", async () => {
    await world.listen("?match=a");
    const [document] = (await collection()).subscriptions;
    const subscriber = encodeURIComponent(document?.subscriber ?? "");
    const status = async (rest: string) =>
      (await world.subscriptions(rest, await everything())).status;
    expect(await status(`/exact/a/${subscriber}`)).toBe(200);
    for (const rest of [`/exact/b/${subscriber}`, `/exact/a/${subscriber}/`]) {
      expect(await status(rest)).toBe(404);
    }
  });

  test("of a playground is open only to this machine and the playground's own pages", async () => {
    await world.end();
    world = new World({ playground: true });
    const local = LOCAL;
    expect((await world.subscriptions("", local)).status).toBe(200);
    for (const headers of [
      { Host: "evil.example" },
      { ...local, Origin: "https://evil.example" },
    ]) {
      expect((await world.subscriptions("", headers)).status).toBe(403);
    }
  });

  test("is refused with 503 if no shared log exists", async () => {
    await world.end();
    world = new World({}, { log: null });
    const response = await world.subscriptions("", await everything());
    expect([response.status, await problemOf(response)]).toEqual([503, "log-not-shared"]);
  });
});
