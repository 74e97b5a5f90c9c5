import { defineConfig, devices } from "@playwright/test";
import { BROWSER_ARGS, systemChromium } from "./scripts/chromium.mjs";

const executablePath = systemChromium();

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
