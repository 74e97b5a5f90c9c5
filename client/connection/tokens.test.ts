import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { World as HubWorld } from "../../hub/testing/http-world.ts";
import type { EventStream } from "../base/snapshot.ts";
import { losses, TestWorld, texts, until } from "../testing/test-world.ts";

/** A request that the hub received. */
interface Asked {
  readonly url: string;
  readonly id: string | null;
  readonly token: string | null;
}

/** An answer that is given instead of the hub's, in order. */
type Answer = () => Response | Promise<Response>;

let hub: HubWorld;
let here: TestWorld;
let asked: Asked[];
let answers: Answer[];

beforeEach(() => {
  hub = new HubWorld();
  here = new TestWorld(() => "/hub?match=news");
  asked = [];
  answers = [];
});

afterEach(async () => {
  await here.end();
  await hub.end();
});

/** The hub, in this process, behind fetch: it notices when its reader leaves. */
const fetchFromHub: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  asked.push({
    url: String(input),
    id: headers.get("last-event-id"),
    token: headers.get("authorization"),
  });
  const answer = answers.shift();
  if (answer !== undefined) return answer();
  expect(init?.cache).toBe("no-store");
  const query = String(input).slice("/hub".length);
  const response = await hub.subscribe(query, Object.fromEntries(headers));
  const body = response.body?.pipeThrough(
    new TransformStream(),
    init?.signal ? { signal: init.signal } : {},
  );
  return new Response(body ?? null, response);
};

const reading = (options: Parameters<typeof here.listen>[0] = {}): EventStream =>
  here.listen({ world: here.world({ fetch: fetchFromHub }), ...options });

const messages = (stream: EventStream) =>
  stream.getSnapshot().entries.flatMap(({ kind, text }) => (kind === "message" ? [text] : []));

const problem = (status: number, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ title: "No", detail: `why it is ${status}` }), {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });

test("when a token expires, another is asked for, and the stream resumes after its last id without a lost or repeated event", async () => {
  let times = 0;
  const stream = reading({
    token: async () => {
      times += 1;
      return hub.token("subscriber", ["news"], { exp: Math.floor(hub.timers.now() / 1000) + 60 });
    },
  });
  await until(stream, "open");
  const sent: string[] = [];
  const publish = async (data: string) => {
    sent.push(data);
    await hub.publish({ topic: "news", private: "on", data });
  };
  for (let end = 1; end <= 3; end += 1) {
    await publish(`before ${end}`);
    await expect.poll(() => messages(stream)).toEqual(sent);
    hub.timers.advance(61_000);
    await publish(`between ${end}`);
    await expect.poll(() => times).toBe(1 + end);
    await expect.poll(() => messages(stream)).toEqual(sent);
  }
  expect(losses(stream)[0]).toMatch(/^the server ended the stream; next try in [01]\.\d s$/);
  expect(new Set(asked.map(({ token }) => token)).size).toBe(4);
});

test("a stream that ends before its first event resumes after its start position", async () => {
  const stream = reading({
    token: () =>
      hub.token("subscriber", ["news"], { exp: Math.floor(hub.timers.now() / 1000) + 60 }),
  });
  await until(stream, "open");
  await expect.poll(() => stream.getSnapshot().lastEventId).toBeDefined();
  hub.timers.advance(61_000);
  await hub.publish({ topic: "news", data: "while it was away" });
  await expect.poll(() => messages(stream)).toEqual(["while it was away"]);
  expect(asked[1]?.id).not.toBeNull();
});

test("a token is only in the Authorization field, and in no address, entry or status", async () => {
  const secret = "s3cr3t\u00e9\r\nX: y";
  const stream = reading({ token: () => secret });
  await until(stream, "reconnecting");
  expect(JSON.stringify(stream.getSnapshot())).not.toContain("s3cr3t");
  expect(asked).toEqual([]);
  const token = await hub.token("subscriber");
  const other = reading({ token: () => token });
  await until(other, "open");
  expect(asked[0]).toEqual({
    url: "/hub?match=news&heartbeat=event",
    id: null,
    token: `Bearer ${token}`,
  });
  expect(JSON.stringify(other.getSnapshot())).not.toContain(token);
});

test("an id with any characters is sent as a browser sends it", async () => {
  answers.push(() => problem(503));
  reading({ token: () => "t", lastEventId: "é流" });
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  expect(Buffer.from(asked[0]?.id ?? "", "latin1").toString()).toBe("é流");
});

describe("a refusal", () => {
  test.each([401, 403, 429])(
    "with %d is reported with the server's text, and the callback is called again",
    async (status) => {
      let times = 0;
      const token = await hub.token("subscriber");
      answers.push(() => problem(status));
      const stream = reading({
        token: () => {
          times += 1;
          return token;
        },
      });
      await until(stream, "open");
      expect(times).toBe(2);
      expect(losses(stream)).toEqual([
        expect.stringMatching(
          new RegExp(`^the server said ${status}: why it is ${status}; next try`),
        ),
      ]);
    },
  );

  test("is reported again if its reason changes, and not if it stays the same", async () => {
    const token = await hub.token("subscriber");
    for (const status of [401, 401, 403, 403]) answers.push(() => problem(status));
    const stream = reading({ token: () => token });
    await until(stream, "open");
    expect(losses(stream).map((detail) => detail?.slice(0, 19))).toEqual([
      "the server said 401",
      "the server said 403",
    ]);
  });

  test("that names the time to reconnect is obeyed", async () => {
    here.instead.set(7_000, 0);
    answers.push(() => problem(503, { "Retry-After": "7" }));
    const token = await hub.token("subscriber");
    const stream = reading({ token: () => token });
    await until(stream, "open");
    expect(here.waits).toContain(7_000);
  });

  test.each([
    [
      "a page",
      () => new Response("<p>", { headers: { "Content-Type": "text/html" } }),
      "what is there is no event stream",
    ],
    [
      "half a document",
      () =>
        new Response('{"deta', { status: 500, headers: { "Content-Type": "application/json" } }),
      "the server said 500",
    ],
    ["no network", () => Promise.reject(new TypeError("fetch failed")), "the connection was lost"],
  ])("that is %s is recovered from", async (_, answer, why) => {
    answers.push(answer);
    const token = await hub.token("subscriber");
    const stream = reading({ token: () => token });
    await until(stream, "open");
    expect(losses(stream)).toEqual([expect.stringContaining(why)]);
  });

  test("with 204 closes the stream, which stays closed", async () => {
    answers.push(() => new Response(null, { status: 204 }));
    const stream = reading({ token: () => "t" });
    await until(stream, "closed");
    expect(texts(stream)).toEqual(["Connection error", "Connection close"]);
    expect(losses(stream)).toEqual(["the server says that it is over"]);
    await expect.poll(() => here.timers).toBe(0);
  });
});

describe("the token callback", () => {
  test("that fails is reported with its reason, and called again", async () => {
    let times = 0;
    const token = await hub.token("subscriber");
    const stream = reading({
      token: () => {
        times += 1;
        if (times < 3) throw new Error("signed out");
        return token;
      },
    });
    await until(stream, "open");
    expect(losses(stream)).toEqual([
      expect.stringMatching(/^no token was to be had: signed out; next try in/),
    ]);
  });

  test("that never answers is given up and called again", async () => {
    here.instead.set(30_000, 40);
    let times = 0;
    const stream = reading({
      token: () => {
        times += 1;
        return new Promise<string>(() => {});
      },
    });
    await expect.poll(() => times).toBeGreaterThan(1);
    expect(losses(stream)[0]).toMatch(/^no answer for 30\.0 s/);
  });

  test("that answers after the stream was closed starts no request", async () => {
    let answer = (_token: string) => {};
    const stream = reading({
      token: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    await expect.poll(() => here.timers).toBeGreaterThan(0);
    stream.close();
    answer("late");
    await until(stream, "closed");
    expect(asked).toEqual([]);
  });
});

test("a stream that is closed is closed at the hub too", async () => {
  const token = await hub.token("subscriber");
  const stream = reading({ token: () => token });
  await until(stream, "open");
  expect(hub.hub.connections.size).toBe(1);
  stream.close();
  await expect.poll(() => hub.hub.connections.size).toBe(0);
});

test("fetch over a real socket reads pieces, recovers from a lost connection, and waits as long as the server asks", async () => {
  const heads: string[] = [];
  const server = createServer(async ({ headers }, response) => {
    heads.push(`${headers.authorization} ${headers["last-event-id"]}`);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("retry:120\nid:7\ndata:流".slice(0, -1));
    const [first, ...rest] = Buffer.from("流\n\n");
    response.write(Buffer.from([first ?? 0]));
    await new Promise(setImmediate);
    response.write(Buffer.from(rest), () => {
      if (heads.length === 1) response.destroy();
    });
    here.atEnd(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const stream = here.listen({ url: `http://127.0.0.1:${port}/`, token: () => "t" });
  await expect.poll(() => heads).toEqual(["Bearer t undefined", "Bearer t 7"]);
  await expect.poll(() => messages(stream)).toEqual(["流", "流"]);
  expect(here.waits).toContain(120);
  stream.close();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
});
