import { BASELINE, fromRoot, RUNNEL } from "../contenders.mjs";

/** @type {readonly import("../server.mjs").Program[]} */
export const CONTENDERS = [
  {
    name: BASELINE,
    path: "/stream",
    args: [fromRoot("bench/servers/plain.mjs")],
    env: {},
  },
  RUNNEL,
  {
    name: "better-sse",
    path: "/stream",
    args: [fromRoot("bench/servers/better-sse.mjs")],
    env: {},
  },
];
