import { createServer, type RequestListener, type Server } from "node:http";
import { exportJWK, type JWK } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeTimers } from "../testing/fake-timers.ts";
import { ISSUER, mint, outcome, type Pair, pairFor, verifierFor } from "../testing/test-tokens.ts";
import { JWK_SET_TIMES } from "./jwk-set.ts";
import { VERIFIED_MS } from "./verified-tokens.ts";

let server: Server;
let url: string;
let answer: RequestListener;
let fetches: number;
let timers: FakeTimers;
/** The lines that were logged for the operator. */
let warnings: object[];

beforeEach(async () => {
  fetches = 0;
  warnings = [];
  timers = new FakeTimers();
  server = createServer((request, response) => {
    fetches += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}/jwks.json`;
});

afterEach(async () => {
  expect(timers.open).toBe(0);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function jwk({ algorithm, verifies }: Pair, more: object = {}): Promise<JWK> {
  return { ...(await exportJWK(verifies)), alg: algorithm, use: "sig", ...more };
}

function serve(...keys: object[]): void {
  answer = (_, response) => response.end(JSON.stringify({ keys }));
}

const old = pairFor("ES256");
const fresh = pairFor("ES256");
const rsa = pairFor("RS256");
const ALL_DAY = { exp: timersNow() + 86_400 };

function timersNow(): number {
  return new FakeTimers().now() / 1000;
}

const logger = { warn: (fields: object) => void warnings.push(fields) };

/** Each token is different, so that none is cached. */
function setUp() {
  const jwks = { kind: "jwks", url } as const;
  const verifier = verifierFor(
    [{ issuer: ISSUER, publisher: jwks, subscriber: jwks }],
    timers,
    logger,
  );
  return async (pair: Pair, kid?: string, role: "publisher" | "subscriber" = "publisher") =>
    outcome(await verifier.verify(await mint(pair, ALL_DAY, { kid }), role));
}

describe("a key in a JWK Set", () => {
  test("verifies tokens for both roles, and concurrent requests share one fetch", async () => {
    serve(await jwk(old, { kid: "old" }), await jwk(rsa, { kid: "rsa" }));
    const verify = setUp();
    const first = await Promise.all([
      verify(old, "old"),
      verify(rsa, "rsa", "subscriber"),
      verify(old, "old", "subscriber"),
    ]);
    expect(first).toEqual(["ok", "ok", "ok"]);
    expect(await verify(rsa, "rsa")).toBe("ok");
    expect(fetches).toBe(1);
  });

  test("is tried, like every fitting key, if the token has no kid", async () => {
    serve(
      await jwk(fresh, { kid: "1" }),
      await jwk(old, { kid: "2" }),
      await jwk(rsa, { kid: "3" }),
    );
    const verify = setUp();
    expect(await verify(old)).toBe("ok");
    expect(await verify(pairFor("ES256"))).toBe("signature");
  });

  test("is not used if its alg, use, key_ops or kind does not fit", async () => {
    for (const unfit of [{ alg: "RS384" }, { use: "enc" }, { key_ops: ["encrypt"] }]) {
      serve(await jwk(rsa, { kid: "a", ...unfit }));
      expect(await setUp()(rsa, "a")).toBe("key");
    }
    serve(await jwk(rsa, { kid: "a", alg: undefined }));
    expect(await setUp()(old, "a")).toBe("key");
    expect(await setUp()({ ...rsa, algorithm: "PS256" }, "a")).toBe("ok");
  });

  test("is refused if it is secret or private", async () => {
    const secret = pairFor("HS256");
    serve({
      kty: "oct",
      k: secret.verifies.export().toString("base64url"),
      kid: "a",
      alg: "HS256",
    });
    expect(await setUp()(secret, "a")).toBe("algorithm");
    serve({ ...(await exportJWK(old.signs)), kid: "a" });
    expect(await setUp()(old, "a")).toBe("key");
  });

  test("is never fetched from a URL in a token", async () => {
    serve(await jwk(old, { kid: "old" }));
    const jwks = { kind: "jwks", url } as const;
    const verifier = verifierFor([{ issuer: ISSUER, publisher: jwks }], timers);
    const header = { kid: "old", jku: `${url}?evil`, jwk: await exportJWK(fresh.verifies) };
    const urls: (string | undefined)[] = [];
    server.on("request", (request) => urls.push(request.url));
    expect(outcome(await verifier.verify(await mint(fresh, {}, header), "publisher"))).toBe(
      "signature",
    );
    expect(urls).toEqual(["/jwks.json"]);
  });
});

describe("after a rotation of keys,", () => {
  test("a new key is used, and unknown kids cause at most one fetch per cooldown", async () => {
    serve(await jwk(old, { kid: "old" }));
    const verify = setUp();
    expect(await verify(old, "old")).toBe("ok");
    serve(await jwk(old, { kid: "old" }), await jwk(fresh, { kid: "fresh" }));
    for (let i = 0; i < 50; i += 1) expect(await verify(old, `random-${i}`)).toBe("key");
    expect(fetches).toBe(1);
    timers.advance(JWK_SET_TIMES.cooldown);
    expect(await Promise.all([verify(fresh, "fresh"), verify(old, "random")])).toEqual([
      "ok",
      "key",
    ]);
    expect(await verify(old, "another")).toBe("key");
    expect(fetches).toBe(2);
  });

  test("a new key is accepted within 5 s, and any number of unknown kids causes at most one fetch in 5 s", async () => {
    serve(await jwk(old, { kid: "old" }));
    const verify = setUp();
    for (let second = 0; second < 60; second += 1) {
      expect(await verify(old, `random-${second}`)).toBe("key");
      timers.advance(1_000);
    }
    expect(fetches).toBe(12);
    expect(await verify(old, "random")).toBe("key");
    serve(await jwk(fresh, { kid: "fresh" }));
    for (let second = 0; second < 5; second += 1) {
      expect(await verify(fresh, "fresh")).toBe("key");
      timers.advance(1_000);
    }
    expect(await verify(fresh, "fresh")).toBe("ok");
    expect(fetches).toBe(14);
  });

  test("a removed key works until the set is fetched again, and a cached token for one more minute", async () => {
    serve(await jwk(old, { kid: "old" }));
    const jwks = { kind: "jwks", url } as const;
    const verifier = verifierFor([{ issuer: ISSUER, publisher: jwks }], timers);
    const verify = async (token: string) => outcome(await verifier.verify(token, "publisher"));
    const token = () => mint(old, ALL_DAY, { kid: "old" });
    expect(await verify(await token())).toBe("ok");
    serve(await jwk(fresh, { kid: "fresh" }));
    timers.advance(JWK_SET_TIMES.fresh - 1);
    const known = await token();
    expect(await verify(known)).toBe("ok");
    timers.advance(1);
    expect(await verify(await token())).toBe("key");
    timers.advance(VERIFIED_MS - 2);
    expect(await verify(known)).toBe("ok");
    timers.advance(1);
    expect(await verify(known)).toBe("key");
  });
});

describe("during an outage of the issuer,", () => {
  test("the last keys remain valid for an hour, and the set is fetched once per cooldown", async () => {
    serve(await jwk(old, { kid: "old" }));
    const verify = setUp();
    expect(await verify(old, "old")).toBe("ok");
    answer = (request) => request.socket.destroy();
    timers.advance(JWK_SET_TIMES.fresh);
    for (let i = 0; i < 20; i += 1) expect(await verify(old, "old")).toBe("ok");
    expect(fetches).toBe(2);
    timers.advance(JWK_SET_TIMES.stale - JWK_SET_TIMES.fresh - 1);
    expect(await verify(old, "old")).toBe("ok");
    timers.advance(1);
    expect(await verify(old, "old")).toBe("key");
    serve(await jwk(old, { kid: "old" }));
    timers.advance(JWK_SET_TIMES.cooldown);
    expect(await verify(old, "old")).toBe("ok");
  });

  test("a token with a known key waits for no fetch, even if unknown kids cause fetches from a silent issuer", async () => {
    serve(await jwk(old, { kid: "old" }));
    const verify = setUp();
    expect(await verify(old, "old")).toBe("ok");
    let asked = () => {};
    answer = () => asked();
    timers.advance(JWK_SET_TIMES.fresh);
    for (let round = 0; round < 3; round += 1) {
      const fetched = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const stranger = verify(old, "unknown");
      await fetched;
      // The first token waits, because the set must be fetched again before it is used.
      if (round > 0) expect(await verify(old, "old")).toBe("ok");
      timers.advance(JWK_SET_TIMES.timeout);
      expect(await stranger).toBe("key");
      timers.advance(JWK_SET_TIMES.cooldown);
    }
    expect(fetches).toBe(4);
  });

  test("at the first fetch, no token is valid, and the set is fetched again soon", async () => {
    answer = (_, response) => response.writeHead(503).end();
    const verify = setUp();
    expect(await verify(old, "old")).toBe("key");
    serve(await jwk(old, { kid: "old" }));
    expect(await verify(old, "old")).toBe("key");
    expect(fetches).toBe(1);
    timers.advance(JWK_SET_TIMES.cooldown);
    expect(await verify(old, "old")).toBe("ok");
  });

  test("a fetch without a response is aborted", async () => {
    const asked = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const verified = setUp()(old, "old");
    await asked;
    timers.advance(JWK_SET_TIMES.timeout);
    expect(await verified).toBe("key");
  });

  test("a fetch with a response that never ends is aborted", async () => {
    const asked = new Promise<void>((resolve) => {
      answer = (_, response) => {
        response.write('{"keys":');
        resolve();
      };
    });
    const verified = setUp()(old, "old");
    await asked;
    timers.advance(JWK_SET_TIMES.timeout);
    expect(await verified).toBe("key");
  });
});

describe("the response of an issuer is refused:", () => {
  const bad = (name: string, listener: (good: string) => RequestListener) => ({ name, listener });

  test.each([
    bad("with another status", (good) => (_, response) => response.writeHead(201).end(good)),
    bad(
      "that is a redirect",
      (good) => (request, response) =>
        request.url === "/there"
          ? response.end(good)
          : response.writeHead(302, { Location: "/there" }).end(),
    ),
    bad(
      "of more than 256 KiB",
      (good) => (_, response) => response.end(good + " ".repeat(300_000)),
    ),
    bad("that is no JSON", () => (_, response) => response.end("<html>")),
    bad("that is no set", (good) => (_, response) => response.end(`[${good}]`)),
    bad("whose keys are no objects", () => (_, response) => response.end('{"keys":[1]}')),
    bad("with more keys than an issuer has", (good) => (_, response) => {
      const { keys } = JSON.parse(good);
      response.end(
        JSON.stringify({ keys: [...keys, ...Array.from({ length: 32 }, () => ({ kty: "EC" }))] }),
      );
    }),
  ])("$name", async ({ listener }) => {
    answer = listener(JSON.stringify({ keys: [await jwk(old, { kid: "old" })] }));
    expect(await setUp()(old, "old")).toBe("key");
    expect(fetches).toBe(1);
    // The log shows the operator why tokens are refused.
    expect(warnings).toEqual([expect.objectContaining({ url })]);
  });
});
