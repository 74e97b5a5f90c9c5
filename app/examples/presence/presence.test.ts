import { expect, test } from "vitest";
import { type People, reduce, type Subscription } from "./presence.ts";

const nobody: People = {};
const event = (subscriber: string, active: boolean, name?: string) => ({
  value: { subscriber, active, payload: { name } } satisfies Subscription,
});

test("a person is present from the first subscription event until the last, and a repeated event changes nothing", () => {
  const here = [event("1", true, "ann"), event("2", true, "ben"), event("1", true, "ann")];
  const people = here.reduce(reduce, nobody);
  expect(people).toEqual({ 1: "ann", 2: "ben" });
  const left = [event("1", false, "ann"), event("1", false, "ann"), event("9", false)];
  expect(left.reduce(reduce, people)).toEqual({ 2: "ben" });
});

test("a person whose token has no name is shown as somebody", () => {
  expect(reduce(nobody, { value: { subscriber: "1", active: true } })).toEqual({ 1: "Somebody" });
});
