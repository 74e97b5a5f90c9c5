import { defineConfig, devices } from "@playwright/test";
import { systemChromium } from "./scripts/chromium.mjs";

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
      // Root has no sandbox; the rest keeps the browser from talking to anybody but the tests' servers.
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
