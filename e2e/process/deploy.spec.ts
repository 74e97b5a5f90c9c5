import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { WITHOUT_BUILDS, withCopy } from "../support/copy.ts";
import { openStream, packets } from "../support/open-stream.ts";
import { connections, ROOT, startRunnel } from "../support/runnel.ts";

test("a copy of the standalone output streams and serves its page, also after a restart", async () => {
  await withCopy(join(ROOT, "build/standalone"), async (folder) => {
    for (let start = 0; start < 2; start++) {
      const runnel = await startRunnel({ mode: "standalone", folder });
      try {
        const stream = await openStream(`${runnel.url}/api/stream`);
        await expect.poll(() => packets(stream.text()).length).toBeGreaterThan(0);
        stream.leave();
        const page = await (await fetch(runnel.url)).text();
        const assets = [...page.matchAll(/(?:src|href)="(\/_next\/static\/[^"]+)"/g)];
        expect(assets.length).toBeGreaterThan(0);
        for (const [, asset] of assets) {
          expect((await fetch(`${runnel.url}${asset}`)).status, asset).toBe(200);
        }
      } finally {
        expect((await runnel.stop()).code).toBe(0);
      }
    }
  });
});

test("the stream's routes keep their maximum duration in the build", () => {
  for (const distDir of [".next", "build"]) {
    const manifest = JSON.parse(
      readFileSync(join(ROOT, distDir, "server/functions-config-manifest.json"), "utf8"),
    );
    expect(manifest.functions).toMatchObject({
      "/api/stream": { maxDuration: 300 },
      "/stream": { maxDuration: 300 },
    });
  }
});

test("twenty hot reloads leave one clock and working streams", async () => {
  test.setTimeout(180_000);
  await withCopy(
    ROOT,
    async (folder) => {
      const runnel = await startRunnel({ mode: "dev", folder });
      try {
        const url = `${runnel.url}/api/stream`;
        const before = await openStream(url);
        await expect.poll(() => packets(before.text()).length).toBeGreaterThan(0);
        const route = join(folder, "app/api/stream/route.ts");
        const source = readFileSync(route, "utf8").replace(" OPTIONS,", "");
        for (let reload = 1; reload <= 20; reload++) {
          // A change that is visible from outside, so that the test knows that the new code runs.
          const headers = `{ headers: { "X-Reload": "${reload}" } }`;
          writeFileSync(
            route,
            `${source}export const OPTIONS = () => new Response(null, ${headers});\n`,
          );
          await expect
            .poll(async () => (await fetch(url, { method: "OPTIONS" })).headers.get("x-reload"))
            .toBe(String(reload));
        }
        const after = await openStream(url);
        await expect.poll(() => packets(after.text()).length).toBeGreaterThanOrEqual(4);
        expect(await connections(runnel)()).toBe(2);
        expect(before.end()).toBe("open");
        const ids = packets(before.text()).map(({ id }) => id);
        // Two clocks would send twice as many packets, and the new client would get other packets than the old one.
        const seconds = ((ids.at(-1) ?? 0) - (ids[0] ?? 0)) / 1000;
        expect(ids.length).toBeLessThan(seconds + 2);
        expect(ids).toEqual(expect.arrayContaining(packets(after.text()).map(({ id }) => id)));

        appendFileSync(join(folder, "hub/clock.ts"), "\n// changed\n");
        await expect.poll(runnel.output).toContain("the hub has changed: restart to run it");
        expect(before.end()).toBe("open");
        before.leave();
        after.leave();
        await expect.poll(connections(runnel)).toBe(0);
      } finally {
        await runnel.stop();
      }
    },
    WITHOUT_BUILDS,
  );
});
