import { expect, test } from "./support/live-page.ts";

/** In bytes, compressed as they come over the network, heads and all. */
const BUDGETS = { "/": 150_000 };

for (const [path, budget] of Object.entries(BUDGETS)) {
  test(`${path} ships less than ${budget / 1000} KB of JavaScript`, async ({ page, runnel }) => {
    const session = await page.context().newCDPSession(page);
    const scripts = new Set<string>();
    let bytes = 0;
    await session.send("Network.enable");
    session.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(runnel.url + path, { waitUntil: "load" });
    await expect(page.getByRole("status").first()).toHaveText("Open");
    expect(scripts.size).toBeGreaterThan(3);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(budget);
  });
}
