import { BACKOFF } from "../support/client-hub.ts";
import { expect, openClient, test } from "../support/client-page.ts";
import { withFolder } from "../support/copy.ts";
import { HUB, publish, query } from "../support/hub.ts";
import { expectWhole, startPublisher } from "../support/publisher.ts";
import { connections, freePort, startRunnel, withRunnel } from "../support/runnel.ts";

const OPTIONS = { url: HUB + query("match", "a"), share: false, backoff: BACKOFF };

test("a hub that is paused by a signal is detected, and nothing is lost when it continues", async ({
  page,
  site,
}) => {
  await withRunnel({ env: { HEARTBEAT_SECONDS: "0.4" } }, async (runnel) => {
    try {
      const client = await openClient(page, await site(runnel), OPTIONS);
      await expect.poll(connections(runnel)).toBe(1);
      const publisher = startPublisher(runnel, { topic: "a" });
      await publisher.more(5);
      process.kill(runnel.pid, "SIGSTOP");
      await expect.poll(client.states).toEqual(["connecting", "open", "reconnecting"]);
      process.kill(runnel.pid, "SIGCONT");
      await expect.poll(client.states).toEqual(["connecting", "open", "reconnecting", "open"]);
      await publisher.more(5);
      await expectWhole(client.heard, publisher);
    } finally {
      process.kill(runnel.pid, "SIGCONT");
      await page.close();
    }
    await expect.poll(connections(runnel)).toBe(0);
  });
});

for (const [signal, what] of [
  ["SIGKILL", "is killed"],
  ["SIGTERM", "is replaced by a deploy"],
] as const) {
  test(`nothing is lost when the hub ${what}`, async ({ page, site }) => {
    await withFolder(async (folder) => {
      const port = await freePort();
      const hub = { port, env: { HISTORY_URL: `file:${folder}` } };
      const first = await startRunnel(hub);
      const client = await openClient(page, await site(first), OPTIONS);
      await expect.poll(connections(first)).toBe(1);
      const publisher = startPublisher(first, { topic: "a" });
      await publisher.more(5);
      await first.stop(signal);
      await expect.poll(client.states).toEqual(["connecting", "open", "reconnecting"]);
      await withRunnel(hub, async (second) => {
        await publisher.more(5);
        await expectWhole(client.heard, publisher);
        expect(await client.states()).toEqual(["connecting", "open", "reconnecting", "open"]);
        await page.close();
        await expect.poll(connections(second)).toBe(0);
      });
    });
  });
}

test("a hub that restarts without its history is reported as a gap, and its new updates are received", async ({
  page,
  site,
}) => {
  const hub = { port: await freePort() };
  const first = await startRunnel(hub);
  const client = await openClient(page, await site(first), OPTIONS);
  await expect.poll(connections(first)).toBe(1);
  await publish(first, { topic: "a", data: "before" });
  await expect.poll(client.heard).toEqual(["before"]);
  await first.stop("SIGKILL");
  await withRunnel(hub, async (second) => {
    await expect.poll(connections(second)).toBe(1);
    await publish(second, { topic: "a", data: "after" });
    await expect.poll(client.heard).toEqual(["before", "after"]);
    expect((await client.now()).gaps).toBe(1);
    await page.close();
    await expect.poll(connections(second)).toBe(0);
  });
});
