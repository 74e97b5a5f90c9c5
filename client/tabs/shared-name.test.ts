import { expect, test } from "vitest";
import { browserWorld } from "../base/world.ts";
import { sharedName } from "./shared-name.ts";

const at = (base: string) => ({ ...browserWorld(), base });
const HERE = at("https://example.com/a/b?c#d");
const token = () => "secret";

test("the name is the same for the same stream, however its address is written", () => {
  const name = sharedName({ url: "/hub?match=*", types: ["b", "a", "b"] }, HERE);
  expect(name).toBeDefined();
  const url = "https://example.com/hub?match=*";
  expect(sharedName({ url, types: ["a", "b"], share: true, hub: true }, HERE)).toBe(name);
  expect(sharedName({ url, types: ["a", "b"] }, at("https://example.com/"))).toBe(name);
});

test("the name differs if the address, the types, the kind of server or the reader differs", () => {
  const names = [
    sharedName({ url: "hub" }, HERE),
    sharedName({ url: "hub" }, at("https://example.com/")),
    sharedName({ url: "hub", types: ["a"] }, HERE),
    sharedName({ url: "hub", hub: false }, HERE),
    sharedName({ url: "hub", share: "user 1" }, HERE),
    sharedName({ url: "hub", share: "user 2", token }, HERE),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(names.join()).not.toContain("secret");
});

test("a stream with a token has a connection of its own, unless `share` names its user", () => {
  expect(sharedName({ url: "/hub", token }, HERE)).toBeUndefined();
  expect(sharedName({ url: "/hub", share: false }, HERE)).toBeUndefined();
  expect(sharedName({ url: "/hub", token, share: "user 1" }, HERE)).toBeDefined();
});
