import { expect, test } from "vitest";
import { readConfig } from "./env.mjs";

test("nothing needs to be set", () => {
  expect(readConfig({})).toEqual({
    ok: true,
    config: {
      HOST: "127.0.0.1",
      PORT: 3000,
      HEARTBEAT_SECONDS: 15,
      MAX_CONNECTIONS: 10_000,
      MAX_CONNECTION_SECONDS: 0,
      DRAIN_SECONDS: 1,
      LOG_LEVEL: "info",
    },
  });
});

test("an empty variable counts as one that is not set", () => {
  expect(readConfig({ PORT: "" })).toMatchObject({ config: { PORT: 3000 } });
});

test("on Vercel a stream ends itself at 80 % of the time after which it would be cut", () => {
  expect(readConfig({ VERCEL: "1" })).toMatchObject({ config: { MAX_CONNECTION_SECONDS: 240 } });
  expect(readConfig({ VERCEL: "1", MAX_CONNECTION_SECONDS: "50" })).toMatchObject({
    config: { MAX_CONNECTION_SECONDS: 50 },
  });
});

test("in dev, where no load balancer has to notice, a drain is over at once", () => {
  expect(readConfig({ RUNNEL_LAUNCHED: "dev" })).toMatchObject({ config: { DRAIN_SECONDS: 0 } });
  expect(readConfig({ RUNNEL_LAUNCHED: "start" })).toMatchObject({ config: { DRAIN_SECONDS: 1 } });
});

test.each([
  ["PORT", "http", "a whole number from 0 to 65535"],
  ["PORT", "65536", "a whole number from 0 to 65535"],
  ["PORT", "3e3", "a whole number from 0 to 65535"],
  ["PORT", " 80", "a whole number from 0 to 65535"],
  ["HOST", "local host", "a host name or an IP address"],
  ["HEARTBEAT_SECONDS", "-1", "a number of seconds from 0.1 to 3600"],
  ["HEARTBEAT_SECONDS", "0", "a number of seconds from 0.1 to 3600"],
  ["MAX_CONNECTIONS", "0", "a whole number from 1 to 1000000"],
  ["MAX_CONNECTION_SECONDS", "1h", "a number of seconds from 0 to 86400"],
  ["DRAIN_SECONDS", "Infinity", "a number of seconds from 0 to 3600"],
  ["LOG_LEVEL", "loud", "one of trace, debug, info, warn, error, silent"],
])("%s=%j is told: the variable, what it was and what it may be", (name, value, right) => {
  expect(readConfig({ [name]: value })).toEqual({
    ok: false,
    problem: `${name} is ${JSON.stringify(value)}, but must be ${right}`,
  });
});

test("several wrong variables are told at once, in one line", () => {
  const read = readConfig({ PORT: "a\nb", LOG_LEVEL: "x" });
  expect(read).toMatchObject({ ok: false });
  if (read.ok) return;
  expect(read.problem).toContain('PORT is "a\\nb"');
  expect(read.problem).toContain('LOG_LEVEL is "x"');
  expect(read.problem).not.toContain("\n");
});
