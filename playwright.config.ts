import { defineConfig, devices } from "@playwright/test";
import { BROWSER_ARGS, likelyChromium } from "./scripts/chromium.mjs";

// `npm test` has found one that starts, and named it in CHROMIUM_PATH.
const executablePath = likelyChromium();

export default defineConfig({
  testDir: "e2e",
  // The servers and the browser share few cores, and some tests look at time.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    trace: "retain-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: BROWSER_ARGS,
    },
  },
});
