import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  bearer,
  detailOf,
  type Listener,
  LOCAL,
  problemOf,
  SECRET,
  World,
} from "../testing/http-world.ts";

const COOKIE = "__Secure-mercure_access_token";
const PATTERN = (match: string) => `match_urlpattern=${encodeURIComponent(match)}`;

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const data = async (listener: Listener) => (await listener.next()).data;

describe("a successful publish", () => {
  test("is answered with 200 and exactly the id, as text/plain in UTF-8", async () => {
    const response = await world.send({ topic: "a", data: "1", id: "urn:example:é" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe("urn:example:é");
  });

  test("returns the event's id, or a new URN of the hub if the update has no id", async () => {
    const listener = await world.listen("?match=a");
    const id = await world.publish({ topic: "a" });
    expect(id).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect((await listener.next()).id).toBe(id);
    expect(await world.publish({ topic: "a" })).not.toBe(id);
  });

  test("supports every field of an event: id, type, retry and data", async () => {
    const listener = await world.listen("?match=a");
    await world.publish({ topic: "a", id: "1", type: "added", retry: "1500", data: "x" });
    expect(await listener.next()).toEqual({ id: "1", event: "added", data: "x" });
    expect(listener.retries.at(-1)).toBe(1_500);
  });

  test("ignores unknown fields", async () => {
    expect((await world.send({ topic: "a", colour: "red", "": "", match: "b" })).status).toBe(200);
  });
});

describe("an update's topics", () => {
  test("deliver the update to the subscribers of any of them, and to none twice", async () => {
    const everywhere = await world.listen(`?match=a&match=b&${PATTERN("/:x")}&match=*`);
    const alternate = await world.listen("?match=b");
    const other = await world.listen("?match=c");
    const fields = [
      ["topic", "a"],
      ["topic", "b"],
      ["topic", "/b"],
      ["data", "1"],
    ] as const;
    await world.publish(fields);
    await world.publish({ topic: "c", data: "2" });
    await world.publish({ topic: "b", data: "3" });
    expect([await data(everywhere), await data(everywhere)]).toEqual(["1", "2"]);
    expect([await data(alternate), await data(alternate)]).toEqual(["1", "3"]);
    expect(await data(other)).toBe("2");
  });

  test("are refused if there are none", async () => {
    for (const body of ["", "data=1", "Topic=a", "topic="]) {
      const response = await world.post(body, bearer(await world.token("publisher")));
      expect(response.status).toBe(400);
      expect(await problemOf(response)).toBe("bad-update");
    }
  });

  test.each([
    "/.well-known/mercure",
    "/.well-known/mercure/subscriptions/exact/a/b",
    "/.well-known/%6Dercure/subscriptions",
    "/.well-known/%6dercur%65",
    "/a/../.well-known/mercure/x",
    "/.well-known/./mercure/x",
    "/.well-known/mercure/../mercure/x",
    "/.well-known/mercure/%2e%2e/mercure",
    "https://hub.example.com/.well-known/mercure/subscriptions",
    "https://other.example/.well-known/mercure/subscriptions",
    "http://user@hub.example.com:81/.well-known/mercure?query#fragment",
    "//other.example/.well-known/mercure/x",
    "mercure",
    "\\.well-known\\mercure",
    "*",
    "a\u0000b",
    "a\nb",
    "a\u007fb",
    "a\u0085b",
    "a\u200bb",
    "a\u202eb",
  ])(
    "are refused with 400 if no publisher may use them, whatever the token grants: %j",
    async (topic) => {
      const alone = await world.send({ topic });
      const alternate = await world.send([
        ["topic", "a"],
        ["topic", topic],
      ]);
      const unfit = bearer(await world.token("publisher", ["a"]));
      for (const response of [alone, alternate, await world.send({ topic }, unfit)]) {
        expect(response.status).toBe(400);
        expect(await problemOf(response)).toBe("bad-update");
      }
      expect(await world.history()).toEqual([]);
    },
  );

  test("are accepted if they only look like the hub's own", async () => {
    for (const topic of ["/.well-known/mercure2", "/x/.well-known/mercure", "http://[/mercure"]) {
      expect((await world.send({ topic })).status).toBe(200);
    }
  });
});

describe("an update's data", () => {
  test.each([
    ["one\rtwo", "one\ntwo"],
    ["one\ntwo", "one\ntwo"],
    ["one\r\ntwo", "one\ntwo"],
    ["\r\n\n\r", "\n\n\n"],
    ["x\nid:forged\nevent:mercure\n\ndata:y", "x\nid:forged\nevent:mercure\n\ndata:y"],
    [" two  spaces ", " two  spaces "],
    ["é€😀\u0000", "é€😀\u0000"],
  ])("%j arrives as one event with the lines %j", async (sent, received) => {
    const listener = await world.listen("?match=a");
    const id = await world.publish({ topic: "a", data: sent });
    expect(await listener.next()).toEqual({ id, event: undefined, data: received });
    await world.publish({ topic: "a", data: "next" });
    expect(await data(listener)).toBe("next");
  });

  test("may be missing, and then the event has no data", async () => {
    const listener = await world.listen("?match=a");
    await world.publish({ topic: "a" });
    expect(await data(listener)).toBe("");
  });

  test.each(["topic=a&data=%FF", "topic=a&data=%C3", "topic=a&data=%ED%A0%80", "topic=%FF"])(
    "is refused with 400 if it is not UTF-8: %s",
    async (body) => {
      const response = await world.post(body, bearer(await world.token("publisher")));
      expect(response.status).toBe(400);
    },
  );

  test("is refused if it is not UTF-8 and not percent-encoded", async () => {
    const body = Buffer.from("topic=a&data=\xff", "latin1");
    const response = await world.post(body, bearer(await world.token("publisher")));
    expect(response.status).toBe(400);
    expect(await detailOf(response)).toBe("the body is not valid UTF-8");
  });
});

test.each(["private", "private=", "private=on", "private=off", "private=0", "private=false"])(
  "%s: an update is private if the field is present, with any value",
  async (field) => {
    const [anyone, granted] = [
      await world.listen("?match=a"),
      await world.listen("?match=a", bearer(await world.token("subscriber", ["a"]))),
    ];
    const all = bearer(await world.token("publisher"));
    expect((await world.post(`topic=a&data=secret&${field}`, all)).status).toBe(200);
    await world.publish({ topic: "a", data: "public" });
    expect(await data(anyone)).toBe("public");
    expect([await data(granted), await data(granted)]).toEqual(["secret", "public"]);
  },
);

describe("a publish that is refused with 400", () => {
  test.each<Record<string, string>>([
    { id: "#1" },
    { id: "#" },
    { id: "earliest" },
    { id: "a\nb" },
    { id: "a\rb" },
    { id: "a\u0000b" },
    { id: "a\u007f" },
    { id: "a\u0080" },
    { id: "a\u200d" },
    { type: "mercure" },
    { type: "runnel:gap" },
    { type: "a\nb" },
    { type: "a\u0000" },
    { type: "a\u009f" },
    { type: "a\ufeff" },
    { retry: "-1" },
    { retry: "1.5" },
    { retry: "1e3" },
    { retry: " 1" },
    { retry: "١" },
    { retry: "soon" },
  ])("is not published: an update with %j", async (fields) => {
    const response = await world.send({ topic: "a", data: SECRET, ...fields });
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toBe("bad-update");
    expect(await world.history()).toEqual([]);
  });
});

describe("a publish that is refused with 413", () => {
  const over: [string, [string, string][]][] = [
    [
      "a body over its limit",
      [
        ["topic", "a"],
        ["data", SECRET.repeat(60_000)],
      ],
    ],
    ["more than 100 topics", Array.from({ length: 101 }, (_, n) => ["topic", `${n}`])],
    ["a topic over 2,048 characters", [["topic", "a".repeat(2_049)]]],
    [
      "an id over 512 characters",
      [
        ["topic", "a"],
        ["id", "a".repeat(513)],
      ],
    ],
    [
      "a type over 256 characters",
      [
        ["topic", "a"],
        ["type", "a".repeat(257)],
      ],
    ],
  ];
  test.each(over)("is %s", async (_, fields) => {
    const response = await world.send(fields);
    expect(response.status).toBe(413);
    expect(await problemOf(response)).toBe("too-large");
    expect(await world.history()).toEqual([]);
  });

  test("is never one of exactly the permitted size", async () => {
    const topics = Array.from({ length: 99 }, (_, n) => ["topic", `${n}`] as const);
    const fields = [
      ["topic", "a".repeat(2_048)],
      ...topics,
      ["id", "a".repeat(512)],
      ["type", "a".repeat(256)],
    ] as const;
    expect((await world.send(fields)).status).toBe(200);
  });
});

test.each(["text/plain", "application/json", "multipart/form-data; boundary=x", ""])(
  "a body with an unsupported media type, %j, is refused with 415",
  async (type) => {
    const response = await world.send({ topic: "a" }, { "Content-Type": type });
    expect(response.status).toBe(415);
    expect(await problemOf(response)).toBe("wrong-media-type");
  },
);

test("the form's media type may have parameters, and upper or lower case", async () => {
  const type = "Application/X-WWW-Form-URLEncoded; charset=UTF-8";
  expect((await world.send({ topic: "a" }, { "Content-Type": type })).status).toBe(200);
});

test("a token that grants only some of an update's topics publishes to none of them", async () => {
  const some = bearer(
    await world.token("publisher", ["a", { match: "/b/:id", match_type: "urlpattern" }]),
  );
  const topics = (...names: string[]) => names.map((name) => ["topic", name] as const);
  for (const names of [
    ["a", "c"],
    ["c", "a"],
    ["a", "/b/1", "/b/1/2"],
  ]) {
    const response = await world.send([...topics(...names), ["data", SECRET]], some);
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  }
  expect(await world.history()).toEqual([]);
  expect((await world.send(topics("a", "/b/1"), some)).status).toBe(200);
});

test("a grant to subscribe does not permit a publish", async () => {
  const claims = {
    authorization_details: [
      {
        type: "https://mercure.rocks/authorization-detail",
        actions: ["subscribe", "later"],
        topics: [{ match: "*" }],
      },
    ],
  };
  const reader = bearer(await world.token("publisher", [], claims));
  expect((await world.send({ topic: "a" }, reader)).status).toBe(403);
});

describe("a publish with a cookie", () => {
  const APP = "https://app.example.com";
  const send = async (headers: Record<string, string>) =>
    world.post("topic=a&data=1", {
      Cookie: `${COOKIE}=${await world.token("publisher")}`,
      ...headers,
    });

  beforeEach(async () => {
    await world.end();
    world = new World({ publishOrigins: [APP] });
  });

  test("is accepted from the hub's own pages and from listed origins, by Origin or Referer", async () => {
    for (const headers of [
      { Origin: APP },
      { Referer: `${APP}/p` },
      { Origin: "https://hub.example.com" },
    ]) {
      expect((await send(headers)).status).toBe(200);
    }
  });

  test("is refused with 403 from any other page, and without both Origin and Referer", async () => {
    for (const headers of [{}, { Origin: "https://evil.example" }, { Origin: "null" }]) {
      const response = await send(headers);
      expect(response.status).toBe(403);
      expect(await problemOf(response)).toBe("wrong-origin");
    }
    expect(await world.history()).toEqual([]);
  });

  test("needs no Origin if it has the Authorization header too, because only scripts set that header", async () => {
    const headers = bearer(await world.token("publisher"));
    expect((await send({ ...headers, Origin: "https://evil.example" })).status).toBe(200);
  });
});

test("a playground accepts updates only from this machine and its own pages", async () => {
  await world.end();
  world = new World({ playground: true });
  const post = (headers: Record<string, string>) => world.post("topic=a", headers);
  const local = LOCAL;
  expect((await post(local)).status).toBe(200);
  expect((await post({ ...local, Origin: "http://localhost:3000" })).status).toBe(200);
  for (const headers of [
    { Host: "evil.example" },
    { ...local, Origin: "https://evil.example" },
    { ...local, "Sec-Fetch-Site": "cross-site" },
  ]) {
    expect((await post(headers)).status).toBe(403);
  }
});

test("an update is refused with 503 and a Retry-After if no shared log exists", async () => {
  await world.end();
  world = new World({}, { log: null });
  const response = await world.send({ topic: "a", data: SECRET });
  expect(response.status).toBe(503);
  expect(await problemOf(response)).toBe("log-not-shared");
  expect(response.headers.get("retry-after")).toBe("1");
});

test("an update is refused with 503 if the log accepts nothing, and its data is not logged", async () => {
  await world.hub.close();
  const response = await world.send({ topic: "a", data: SECRET });
  expect(response.status).toBe(503);
  expect(await problemOf(response)).toBe("log-unavailable");
});

test("no log line contains a token or an update's data, whatever the outcome", async () => {
  await world.send({ topic: "a", data: SECRET });
  await world.send({ topic: "*", data: SECRET });
  await world.send({ topic: "a", data: SECRET }, bearer(await world.token("publisher", ["b"])));
  await world.send({ topic: "a", data: SECRET }, bearer(await world.token("subscriber")));
  await world.batch([{ topic: "a", data: SECRET }, `{"data":"${SECRET}"`]);
  // `end` checks the log lines of every test. This test makes sure that there are lines to check.
  expect(world.logger.lines.map(({ message }) => message)).toEqual([
    "published",
    "publish refused",
    "token refused",
    "publish refused",
  ]);
});
