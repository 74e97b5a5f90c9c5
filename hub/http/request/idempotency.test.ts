import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Access } from "../../auth/access.ts";
import { bearer, problemOf, SECRET, World } from "../../testing/http-world.ts";
import { parseIdempotencyKey, receiptFor } from "./idempotency.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const KEY = { "Idempotency-Key": "k-1" };

describe("a request that is repeated with its Idempotency-Key", () => {
  test("is published once, and gets the same response", async () => {
    const first = await world.send({ topic: "a", data: "1" }, KEY);
    const again = await world.send({ topic: "a", data: "1" }, KEY);
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(await again.text()).toBe(await first.text());
    expect(await world.history()).toEqual(["1"]);
  });

  test("is published once even if both requests arrive at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => world.send({ topic: "a", data: "1" }, KEY)),
    );
    const ids = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(ids).size).toBe(1);
    expect(await world.history()).toEqual(["1"]);
  });

  test("may be a batch, and the response repeats its ids", async () => {
    const lines = [
      { topic: "a", data: "1" },
      { topic: "a", data: "2", id: "own" },
    ];
    const first = await (await world.batch(lines, KEY)).text();
    expect(await (await world.batch(lines, KEY)).text()).toBe(first);
    expect(first).toMatch(/^urn:uuid:[^\n]+\nown\n$/);
    expect(await world.history()).toEqual(["1", "2"]);
  });
});

test("an Idempotency-Key with another body is refused with 422, and nothing is published", async () => {
  await world.send({ topic: "a", data: "1" }, KEY);
  const response = await world.send({ topic: "a", data: SECRET }, KEY);
  expect(response.status).toBe(422);
  expect(await problemOf(response)).toBe("idempotency-conflict");
  expect(await world.history()).toEqual(["1"]);
});

test("one publisher's keys do not affect another publisher", async () => {
  for (const sub of ["urn:example:1", "urn:example:2"]) {
    const headers = bearer(await world.token("publisher", ["*"], { sub }));
    const response = await world.send({ topic: "a", data: sub }, { ...KEY, ...headers });
    expect(response.status).toBe(200);
  }
  expect(await world.history()).toEqual(["urn:example:1", "urn:example:2"]);
});

test("the key of a refused request can be used again", async () => {
  const none = bearer(await world.token("publisher", ["b"]));
  expect((await world.send({ topic: "a", data: "1" }, { ...KEY, ...none })).status).toBe(403);
  expect((await world.send({ topic: "a", data: "2" }, KEY)).status).toBe(200);
});

test.each(["", "a b", "a\tb", "é", "a".repeat(256)])(
  "the key %j is refused with 400, and nothing is published",
  async (key) => {
    const response = await world.send({ topic: "a" }, { "Idempotency-Key": key });
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toBe("bad-idempotency-key");
    expect(await world.history()).toEqual([]);
  },
);

test("a key is any visible ASCII, including quotes, up to 255 characters", () => {
  for (const key of ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', "!~", "a".repeat(255)]) {
    const headers = new Headers({ "Idempotency-Key": key });
    expect(parseIdempotencyKey(headers)).toEqual({ ok: true, key });
  }
  expect(parseIdempotencyKey(new Headers())).toEqual({ ok: true, key: undefined });
});

describe("a receipt", () => {
  const access: Access = { issuer: "i", subject: "s", expiresAt: 0, grants: [] };
  const receipt = (body: string, who = access, client = "c", type = "t") =>
    receiptFor("k", who, client, type, Buffer.from(body));

  test("does not exist without a key", () => {
    expect(receiptFor(undefined, access, "c", "t", Buffer.from(""))).toBeUndefined();
  });

  test("distinguishes publishers by issuer and subject, or by address if there is no subject", () => {
    const publishers = [
      receipt("b"),
      receipt("b", { ...access, issuer: "j" }),
      receipt("b", { ...access, subject: "t" }),
      receipt("b", { ...access, subject: undefined }, "c"),
      receipt("b", { ...access, subject: undefined }, "d"),
    ];
    expect(new Set(publishers.map((each) => each?.publisher)).size).toBe(5);
    expect(receipt("b", access, "elsewhere")).toEqual(receipt("b"));
  });

  test("distinguishes requests by body and media type", () => {
    const requests = [receipt("b"), receipt("c"), receipt("b", access, "c", "u")];
    expect(new Set(requests.map((each) => each?.bodyHash)).size).toBe(3);
  });
});
