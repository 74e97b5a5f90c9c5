import { expect, test, vi } from "vitest";
import { UNMEASURED } from "../../stats/meter.ts";
import { bearer, problemOf, World } from "../../testing/http-world.ts";
import { type ProblemName, problemResponse } from "./problem.ts";

// Clients distinguish problems by their types, so an entry of this list MUST never change.
const STATUSES: Readonly<Record<ProblemName, number>> = {
  "bad-parameter": 400,
  "bad-matcher": 400,
  "bad-update": 400,
  "bad-body": 400,
  "bad-idempotency-key": 400,
  "bad-target": 400,
  "malformed-token": 400,
  "no-token": 401,
  "invalid-token": 401,
  "insufficient-scope": 403,
  "wrong-origin": 403,
  "wrong-host": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "body-timeout": 408,
  "too-large": 413,
  "wrong-media-type": 415,
  "idempotency-conflict": 422,
  "too-many-of-client": 429,
  "too-many-patterns-of-client": 429,
  "head-too-large": 431,
  "too-many-patterns": 503,
  "too-many-bodies": 503,
  "too-many-streams": 503,
  "log-unavailable": 503,
  "log-not-shared": 503,
};

const names = Object.keys(STATUSES).filter((name): name is ProblemName => name in STATUSES);

test.each(names)("%s is a problem document with a stable type and status", async (name) => {
  const response = problemResponse(name, "what was wrong", { "Retry-After": "1" });
  expect(response.status).toBe(STATUSES[name]);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toEqual({
    type: `urn:runnel:problem:${name}`,
    status: STATUSES[name],
    title: expect.stringMatching(/^[A-Z]/),
    detail: "what was wrong",
  });
});

test("each refusal is counted once, under the name of its problem", async () => {
  const refused = vi.spyOn(UNMEASURED, "refused");
  const world = new World({ anonymous: false });
  const listening = bearer(await world.token("subscriber"));
  const responses = [
    await world.subscribe("?match=a"),
    await world.subscribe("?Match=a"),
    await world.subscribe("?match=a", { Authorization: "Basic YTpi" }),
    await world.subscriptions("", bearer(await world.token("subscriber", ["a"]))),
    await world.subscriptions("/exact", listening),
    await world.subscriptions("/exact/a/b", listening),
    await world.send({ topic: "a" }, bearer("a.b.c")),
    await world.send({ topic: "a" }, bearer(await world.token("publisher", ["b"]))),
    await world.send({ topic: "a" }, { "Content-Type": "text/plain" }),
    await world.send({ topic: "a".repeat(2_049) }),
    await world.send({ topic: "*" }),
  ];
  const counted = refused.mock.calls.map(([name]) => name);
  expect(counted).toEqual(await Promise.all(responses.map(problemOf)));
  await world.end();
});
