import { expect, test } from "../support/live-page.ts";

/** The size limit of the scripts' bodies, in bytes, compressed as they come over the network. */
const BUDGETS = { "/": 150_000 };

for (const [path, budget] of Object.entries(BUDGETS)) {
  test(`${path} ships less than ${budget / 1000} KB of JavaScript`, async ({ page, runnel }) => {
    await page.goto(runnel.url + path, { waitUntil: "load" });
    await expect(page.getByRole("status").first()).toHaveText("Open");
    const sizes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter((entry) => entry instanceof PerformanceResourceTiming)
        .filter(({ name }) => name.endsWith(".js"))
        .map(({ encodedBodySize, decodedBodySize }) => ({ encodedBodySize, decodedBodySize })),
    );
    const sum = (of: "encodedBodySize" | "decodedBodySize") =>
      sizes.reduce((total, size) => total + size[of], 0);
    // Checks that sizes are measured at all, and that the scripts are compressed.
    expect(Math.min(...sizes.map((size) => size.encodedBodySize))).toBeGreaterThan(0);
    expect(sum("encodedBodySize")).toBeLessThan(sum("decodedBodySize") / 2);
    expect(sum("encodedBodySize")).toBeLessThan(budget);
  });
}
