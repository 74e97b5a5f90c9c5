import { expect, test } from "vitest";
import { browserWorld } from "../../../client/base/world.ts";
import { withoutCookies } from "./without-cookies.ts";

test("a stream is requested without cookies, and otherwise unchanged", async () => {
  const asked: (RequestInit | undefined)[] = [];
  const fetch = async (_: unknown, init?: RequestInit) => {
    asked.push(init);
    return new Response();
  };
  const world = withoutCookies({ ...browserWorld(), fetch });
  await world.fetch?.("/hub", { cache: "no-store" });
  expect(asked).toEqual([{ cache: "no-store", credentials: "omit" }]);
});

test("a world without fetch stays without fetch", () => {
  expect(withoutCookies({ ...browserWorld(), fetch: undefined }).fetch).toBeUndefined();
});
