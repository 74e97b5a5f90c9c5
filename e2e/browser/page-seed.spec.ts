import { expect, test } from "@playwright/test";
import { connections, ROOT, startRunnel } from "../support/runnel.ts";

test("the seed's own page, unchanged and opened from a file, works against PORT=8844", async ({
  page,
}) => {
  const runnel = await startRunnel({ port: 8844 });
  try {
    await page.goto(`file://${ROOT}e2e/fixtures/seed.html`);
    const entries = page.locator("#msg > li");
    await expect(entries.first()).toHaveText("Connection open ...");
    await expect.poll(connections(runnel)).toBe(1);
    await expect(entries.last()).toHaveText("Connection close");
    await expect.poll(connections(runnel)).toBe(0);
    const packets = (await entries.allTextContents()).slice(1, -1);
    expect(packets.length).toBeGreaterThanOrEqual(8);
    for (const packet of packets) expect(packet).toMatch(/^time is \w{3} \w{3} \d\d \d{4} /);
  } finally {
    await page.close();
    await runnel.stop();
  }
});
