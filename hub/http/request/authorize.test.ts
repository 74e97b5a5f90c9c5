import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DETAIL_TYPE } from "../../auth/access-token.mjs";
import { bearer, detailOf, LOCAL, playground, problemOf, World } from "../../testing/http-world.ts";
import { mint, pairFor } from "../../testing/test-tokens.ts";

const METADATA = "https://hub.example.com/.well-known/oauth-protected-resource/.well-known/mercure";
const COOKIE = "__Secure-mercure_access_token";

let world: World;
beforeEach(() => {
  world = new World({ anonymous: false });
});
afterEach(() => world.end());

const challengeOf = (response: Response) => response.headers.get("www-authenticate");

/** Sends a request with these fields to each of the three endpoints that need a token. */
const everywhere = async (headers: Record<string, string>) => [
  await world.subscribe("?match=a", headers),
  await world.subscriptions("", headers),
  await world.post("topic=a", headers),
];

describe("a request without a required token", () => {
  test("is answered with 401 and a challenge that has no error code, but names the metadata", async () => {
    for (const response of await everywhere({})) {
      expect(response.status).toBe(401);
      expect(challengeOf(response)).toBe(`Bearer resource_metadata="${METADATA}"`);
      expect(await problemOf(response)).toBe("no-token");
    }
  });

  test("is refused even with a token in the URL or the form", async () => {
    const reader = await world.token("subscriber");
    expect((await world.subscribe(`?match=a&access_token=${reader}`)).status).toBe(401);
    const writer = await world.token("publisher");
    expect((await world.post(`topic=a&access_token=${writer}`)).status).toBe(401);
  });

  test("may subscribe if anonymous subscribers are allowed, but can neither publish nor list subscriptions", async () => {
    await world.end();
    world = new World({ anonymous: true });
    const [stream, api, published] = await everywhere({});
    expect(stream?.status).toBe(200);
    expect(api?.status).toBe(401);
    expect(published?.status).toBe(401);
  });
});

describe("an invalid token", () => {
  const expectInvalid = async (headers: Record<string, string>) => {
    for (const response of await everywhere(headers)) {
      expect(response.status).toBe(401);
      expect(challengeOf(response)).toBe(
        `Bearer error="invalid_token", resource_metadata="${METADATA}"`,
      );
      expect(await problemOf(response)).toBe("invalid-token");
      expect(await detailOf(response)).toBe(
        "the access token is not valid for this hub, or is not any more",
      );
    }
  };

  test("is answered with 401 and invalid_token, with the same text for every reason", async () => {
    const now = world.timers.now() / 1000;
    const wrong: Record<string, unknown>[] = [
      { exp: now },
      { exp: undefined },
      { nbf: now + 60 },
      { aud: "https://other.example" },
      { iss: "https://other.example" },
      { authorization_details: [{ type: DETAIL_TYPE, actions: ["subscribe"], topics: [] }] },
    ];
    for (const claims of wrong) {
      for (const role of ["publisher", "subscriber"] as const) {
        await expectInvalid(bearer(await world.token(role, ["*"], claims)));
      }
    }
    await expectInvalid(bearer("not.a.token"));
  });

  test("is refused even if anonymous subscribers are allowed", async () => {
    await world.end();
    world = new World({ anonymous: true });
    await expectInvalid(bearer("not.a.token"));
    await expectInvalid({ Cookie: `${COOKIE}=not a token` });
  });

  test("is every token if no key is configured", async () => {
    const token = await world.token("subscriber");
    await world.end();
    world = new World({ verifier: undefined });
    await expectInvalid(bearer(token));
  });

  test("is logged with the reason", async () => {
    await world.subscribe("?match=a", bearer(await world.token("subscriber", ["a"], { exp: 1 })));
    expect(world.logger.lines).toMatchObject([
      { message: "token refused", fields: { role: "subscriber", reason: "expired" } },
    ]);
  });

  test("is also a token of the other role", async () => {
    const reader = bearer(await world.token("subscriber"));
    expect((await world.post("topic=a", reader)).status).toBe(401);
    const writer = bearer(await world.token("publisher"));
    expect((await world.subscribe("?match=a", writer)).status).toBe(401);
  });
});

test.each(["Basic YTpi", "Bearer", "Bearer a b", "Bearer a.b.c, Bearer a.b.c"])(
  "a token presented as %j is answered with 400 and invalid_request, even if anonymous subscribers are allowed",
  async (Authorization) => {
    for (const anonymous of [true, false]) {
      await world.end();
      world = new World({ anonymous });
      for (const response of await everywhere({ Authorization })) {
        expect(response.status).toBe(400);
        expect(challengeOf(response)).toBe(
          `Bearer error="invalid_request", resource_metadata="${METADATA}"`,
        );
        expect(await problemOf(response)).toBe("malformed-token");
      }
    }
  },
);

test("a valid token without the required grant is answered with 403 and insufficient_scope", async () => {
  const answers = [
    await world.post("topic=b", bearer(await world.token("publisher", ["a"]))),
    await world.subscriptions("", bearer(await world.token("subscriber", ["a"]))),
  ];
  for (const response of answers) {
    expect(response.status).toBe(403);
    expect(challengeOf(response)).toBe(
      `Bearer error="insufficient_scope", resource_metadata="${METADATA}"`,
    );
    expect(await problemOf(response)).toBe("insufficient-scope");
  }
});

test("a token without a Mercure authorization detail is valid, and grants nothing", async () => {
  const none = { authorization_details: [{ type: "payment_initiation" }] };
  const writer = bearer(await world.token("publisher", [], none));
  expect((await world.post("topic=a", writer)).status).toBe(403);
  const reader = bearer(await world.token("subscriber", [], none));
  expect((await world.subscriptions("", reader)).status).toBe(403);
  const listener = await world.listen("?match=a", reader);
  await world.publish({ topic: "a", data: "private", private: "on" });
  await world.publish({ topic: "a", data: "public" });
  expect((await listener.next()).data).toBe("public");
});

describe("the presented token", () => {
  test("may be in a cookie with the configured name", async () => {
    const token = await world.token("subscriber");
    const listener = await world.listen("?match=a", { Cookie: `${COOKIE}=${token}` });
    await listener.close();
    await world.end();
    world = new World({ anonymous: false, cookieName: "hub" });
    const again = await world.token("subscriber");
    expect((await world.subscribe("?match=a", { Cookie: `${COOKIE}=${again}` })).status).toBe(401);
    expect((await world.subscribe("?match=a", { Cookie: `hub=${again}` })).status).toBe(200);
  });

  test("is that of the Authorization header, and a cookie is then ignored", async () => {
    const good = await world.token("subscriber", [{ match: "a" }]);
    const bad = "not.a.token";
    const headerGood = { ...bearer(good), Cookie: `${COOKIE}=${bad}` };
    expect((await world.subscribe("?match=a", headerGood)).status).toBe(200);
    const cookieGood = { ...bearer(bad), Cookie: `${COOKIE}=${good}` };
    expect((await world.subscribe("?match=a", cookieGood)).status).toBe(401);
  });

  test("may have its scheme in upper or lower case", async () => {
    const Authorization = `bEARER ${await world.token("subscriber")}`;
    expect((await world.subscribe("?match=a", { Authorization })).status).toBe(200);
  });
});

test("a client of a playground has full access without a token", async () => {
  await world.end();
  world = new World({ playground: true, verifier: undefined });
  const local = LOCAL;
  const listener = await world.listen("?match=a", local);
  expect((await world.post("topic=a&data=1&private", local)).status).toBe(200);
  expect(await listener.next()).toMatchObject({ data: "1" });
  expect((await world.subscriptions("", local)).status).toBe(200);
});

describe("a playground's own token", () => {
  const local = LOCAL;
  const page = { ...local, Origin: "http://localhost:3000" };
  const mine = { publish: [{ match: "a" }], subscribe: [{ match: "a" }], subject: "me" };
  beforeEach(async () => {
    await world.end();
    world = playground();
  });

  /** Returns the rights of a client that sends these fields. */
  const rights = async (headers: Record<string, string>) => ({
    a: (await world.post("topic=a", headers)).status,
    b: (await world.post("topic=b", headers)).status,
    both: (await world.post("topic=a&topic=b", headers)).status,
    subscriptions: (await world.subscriptions("", headers)).status,
    stream: (await world.subscribe("?match=*", headers)).status,
  });
  const ALL = { a: 200, b: 200, both: 200, subscriptions: 200, stream: 200 };
  const NONE = { a: 401, b: 401, both: 401, subscriptions: 401, stream: 401 };
  const GRANTED = { a: 200, b: 403, both: 403, subscriptions: 403, stream: 200 };

  test("limits the client to its grants, in the header and in a cookie", async () => {
    const token = await world.playgroundToken(mine);
    const cookie = { Cookie: `${COOKIE}=${token}` };
    expect(await rights({ ...local, ...bearer(token) })).toEqual(GRANTED);
    expect(await rights({ ...local, ...cookie })).toEqual(GRANTED);
    // The playground's pages may be at any name of this machine. The hub's URL has only one of the names.
    expect(await rights({ ...page, ...cookie })).toEqual(GRANTED);
  });

  test("lets its client read only the private updates that it grants", async () => {
    const token = await world.playgroundToken(mine);
    const listener = await world.listen("?match=*", { ...local, ...bearer(token) });
    await world.post("topic=b&data=not+for+me&private", local);
    await world.post("topic=a&data=for+me&private", local);
    expect((await listener.next()).data).toBe("for me");
  });

  test("ends its stream when it expires", async () => {
    const token = await world.playgroundToken({ ...mine, expiresIn: 60 });
    const listener = await world.listen("?match=a", { ...local, ...bearer(token) });
    world.timers.advance(60_000);
    expect(await listener.rest()).toEqual([]);
    // It is the same with keys: a client whose token has expired does not get full access instead.
    const ended = await world.subscribe("?match=a", { ...local, Cookie: `${COOKIE}=${token}` });
    expect([ended.status, ended.headers.get("set-cookie")]).toEqual([401, null]);
    expect(await rights({ ...local, ...bearer(token) })).toEqual(NONE);
  });

  test("is refused if an earlier playground at this address has signed it", async () => {
    const before = playground();
    const token = await before.playgroundToken(mine);
    expect(await rights({ ...local, ...bearer(token) })).toEqual(NONE);
    expect(await rights({ ...local, Cookie: `${COOKIE}=${token}` })).toEqual(NONE);
    const refused = await world.post("topic=a", { ...local, Cookie: `${COOKIE}=${token}` });
    expect(await problemOf(refused)).toBe("invalid-token");
    expect(await detailOf(refused)).toContain(`cookie ${COOKIE}`);
    // Otherwise a browser would send the cookie for ever, and could never subscribe here again.
    expect(refused.headers.get("set-cookie")).toBe(
      `${COOKIE}=; Path=/.well-known/mercure; Max-Age=0; HttpOnly; SameSite=Strict; Secure`,
    );
    await before.end();
  });

  test("is ignored, and its cookie kept, if it is from a playground at another port", async () => {
    const token = await mint(pairFor("HS256"), {
      iss: "urn:runnel:playground",
      aud: "https://hub.example.com:3001/.well-known/mercure",
    });
    const Cookie = `${COOKIE}=${token}`;
    expect(await rights({ ...local, Cookie })).toEqual(ALL);
    for (const response of await everywhere({ ...local, Cookie })) {
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });

  test("is refused if another key has signed it", async () => {
    const forged = await mint(pairFor("HS256"), { iss: "urn:runnel:playground" });
    expect(await rights({ ...local, ...bearer(forged) })).toEqual(NONE);
    const [header, payload] = (await world.playgroundToken(mine)).split(".");
    expect(await rights({ ...local, ...bearer(`${header}.${payload}.`) })).toEqual(NONE);
  });

  test("is not needed: a client with another issuer's token, or with a malformed one, has full access", async () => {
    const other = await mint(pairFor("HS256"));
    for (const headers of [
      bearer(other),
      bearer("not.a.token"),
      bearer("a".repeat(20_000)),
      { Authorization: "Basic YTpi" },
      { Cookie: `${COOKIE}=${other}` },
      { Cookie: `${COOKIE}=not a token` },
    ]) {
      expect(await rights({ ...local, ...headers })).toEqual(ALL);
    }
  });

  test("takes effect in the header, whatever the cookie contains", async () => {
    const narrow = await world.playgroundToken(mine);
    const wide = await world.playgroundToken({
      publish: [{ match: "*" }],
      subscribe: [{ match: "*" }],
    });
    const headers = { ...local, ...bearer(wide), Cookie: `${COOKIE}=${narrow}` };
    expect(await rights(headers)).toEqual(ALL);
  });

  test("does not admit a page of another origin", async () => {
    const token = bearer(await world.playgroundToken(mine));
    const elsewhere = { ...local, ...token, Origin: "https://evil.example" };
    const refused = [
      await world.post("topic=a", elsewhere),
      await world.subscribe("?match=a", { ...token, Host: "evil.example" }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403]);
  });
});

test("a playground's token is refused outside a playground, as one of an untrusted issuer", async () => {
  const elsewhere = playground();
  const token = await elsewhere.playgroundToken({ publish: [{ match: "*" }] });
  expect((await world.post("topic=a", bearer(token))).status).toBe(401);
  await elsewhere.end();
});

test("pages of listed origins may read refusals", async () => {
  await world.end();
  const Origin = "https://app.example.com";
  world = new World({ anonymous: false, corsOrigins: [Origin] });
  const responses = [
    ...(await everywhere({ Origin })),
    ...(await everywhere({ Origin, Authorization: "Basic YTpi" })),
    ...(await everywhere({ Origin, ...bearer("not.a.token") })),
    await world.subscribe("?Match=a", { Origin }),
    await world.subscribe("?nothing", { Origin }),
    await world.send({ nothing: "" }, { Origin }),
    await world.send({ topic: "a" }, { Origin, "Content-Type": "text/plain" }),
    await world.subscriptions("/exact", { Origin, ...bearer(await world.token("subscriber")) }),
    await world.subscriptions("", { Origin, ...bearer(await world.token("subscriber", ["a"])) }),
  ];
  for (const { status, headers } of responses) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers.get("access-control-allow-origin")).toBe(Origin);
    expect(headers.get("access-control-allow-credentials")).toBe("true");
    expect(headers.get("vary")).toBe("Origin");
  }
});
