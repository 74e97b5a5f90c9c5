import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { CONTENDERS, RUNNEL_NAME } from "./contenders.mjs";
import { report } from "./report.mjs";
import { scenarios } from "./scenarios.mjs";
import { Trial } from "./trial.mjs";

const SMALL = {
  subscribers: 3,
  updates: 20,
  paced: 2,
  clients: 4,
  missed: 40,
  storm: { clients: 3, missed: 10 },
  few: 5,
  many: 100,
};

/** Returns a port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address === null || typeof address === "string" ? 0 : address.port;
}

const all = Object.entries(scenarios(SMALL));
// Runnel has tests of its own, and needs a build.
const peers = CONTENDERS.filter(({ program }) => !program.name.startsWith(RUNNEL_NAME));

describe.each(peers.map((peer) => [peer.program.name, peer] as const))(
  "the hub of %s",
  (name, peer) => {
    test.concurrent.each(
      // A server that accepts no tokens still answers the requests of a scenario with tokens.
      all.filter(([scenario, { takes }]) => takes(peer) || (scenario === "tokens" && peer.resumes)),
    )(
      "delivers all due updates: %s",
      async (_name, scenario) => {
        const port = await freePort();
        const found = await Trial.of(peer, port, {}, (trial) => scenario.run(trial, peer));
        for (const key of Object.keys(scenario.figures)) {
          if (peer.dialect === "nchan" && found[key] === undefined) continue;
          expect(found[key], key).toBeGreaterThanOrEqual(0);
        }
        const outcome = { scenario, contestants: [{ name, found: [found], failures: [] }] };
        expect(report([outcome], { rounds: 1, limits: [] })).toContain(
          `| ${scenario.title} | ${name} |`,
        );
      },
      30_000,
    );
  },
);
