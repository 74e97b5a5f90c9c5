import { expect, test } from "vitest";
import * as z from "zod/mini";
import { fold } from "./fold.ts";

const Counted = z.object({ n: z.number() });
const event = (id: string, data: string) => ({ id, type: "message", data });

test("updates are folded in order, and data that does not match the schema or is not JSON is left out", () => {
  const updates = [
    event("1", '{"n":1}'),
    event("2", "no JSON"),
    event("3", '{"n":"3"}'),
    event("4", '{"n":4}'),
  ];
  const folded = fold(updates, Counted, "", (all, { id, value }) => `${all}${id}=${value.n};`);
  expect(folded).toBe("1=1;4=4;");
});

test("folding no updates returns the initial state", () => {
  expect(fold([], Counted, 7, () => 0)).toBe(7);
});
