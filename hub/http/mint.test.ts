import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearer, detailOf, LOCAL, playground, problemOf, World } from "../testing/http-world.ts";
import { mint } from "./mint.ts";

const JSON_BODY = { "Content-Type": "application/json" };
const MINE = { publish: [{ match: "a" }] };

let world: World;
beforeEach(() => {
  world = playground();
});
afterEach(() => world.end());

const ask = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  mint(
    world.service,
    new Request("http://localhost:3000/console/token", {
      method: "POST",
      headers: { ...LOCAL, ...JSON_BODY, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );

test("a playground mints a token for any client on this machine, with exactly the requested grants", async () => {
  const response = await ask({ ...MINE, subject: "me", expiresIn: 60 });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toBe("application/json");
  const { token, expiresAt } = await response.json();
  expect(expiresAt).toBe(world.timers.now() + 60_000);
  expect(decodeJwt(token)).toMatchObject({ sub: "me" });
  const headers = { ...LOCAL, ...bearer(token) };
  expect((await world.post("topic=a", headers)).status).toBe(200);
  expect((await world.post("topic=b", headers)).status).toBe(403);
  expect(JSON.stringify(world.logger.lines)).not.toContain(token.split(".").at(-1));
});

describe("no token is minted", () => {
  test("outside a playground: the address does not exist for any request", async () => {
    const { playgroundMinter } = world.service;
    const services = [
      { playground: false },
      // It is refused even if the two disagree.
      { playground: false, playgroundMinter },
      { playground: true, playgroundMinter: undefined, verifier: undefined },
    ];
    for (const service of services) {
      await world.end();
      world = new World(service);
      const everything = bearer(await world.token("publisher"));
      for (const headers of [{}, everything, { Origin: "https://hub.example.com" }]) {
        const response = await ask(MINE, headers);
        expect(response.status).toBe(404);
        expect(await problemOf(response)).toBe("not-found");
      }
    }
  });

  test.each([
    { Origin: "https://evil.example" },
    { Origin: "http://localhost:4000" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "cross-site" },
  ])("for a page of another origin: %j", async (headers) => {
    const response = await ask(MINE, headers);
    expect(response.status).toBe(403);
    expect(await problemOf(response)).toBe("wrong-origin");
  });

  test("for a host name of an attacker (DNS rebinding), or through a proxy", async () => {
    for (const headers of [{ Host: "evil.example" }, { "x-runnel-proxied": "yes" }]) {
      const response = await ask(MINE, headers);
      expect(response.status).toBe(403);
      expect(await problemOf(response)).toBe("wrong-host");
    }
  });

  test("for a form, or another body that a page of another origin can send without a preflight", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      const response = await ask(MINE, { "Content-Type": type });
      expect(response.status).toBe(415);
    }
    expect((await ask(MINE, { "Content-Type": "application/json; charset=utf-8" })).status).toBe(
      200,
    );
  });

  test.each<[unknown, string]>([
    ["", "is not JSON"],
    ["{", "is not JSON"],
    ["[]", "the body"],
    ["null", "the body"],
    [{ publish: "a" }, "publish: "],
    [[], "the body: "],
    [{ publish: [{ match: 1 }] }, "publish[0].match: "],
    [{ publish: ["a"] }, "publish[0]: "],
    [{ publish: [{ match: "a", match_type: "regexp" }] }, "match_type"],
    [{ ...MINE, publishes: [] }, "publishes"],
    [{ ...MINE, expiresIn: "60" }, "expiresIn"],
    [{ ...MINE, expiresIn: 0 }, "expiresIn"],
    [{ ...MINE, subject: 5 }, "subject"],
    [{ ...MINE, payload: [] }, "payload"],
    [{}, "would grant nothing"],
    [{ subscribe: [{ match: "" }] }, "subscribe[0].match is empty"],
  ])("for %j, and the problem is named", async (body, problem) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await problemOf(response)).toBe("bad-body");
    expect(await detailOf(response)).toContain(problem);
  });

  test("for a body that is too large", async () => {
    const response = await ask({ ...MINE, subject: "x".repeat(70_000) });
    expect(response.status).toBe(413);
    expect((await ask({ ...MINE, subject: "x".repeat(20_000) })).status).toBe(400);
  });

  test("for a body that is nested too deep", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const body = `{"subscribe":[{"match":"a"}],"payload":{"a":${deep}}}`;
    expect((await ask(body)).status).toBe(400);
  });
});
