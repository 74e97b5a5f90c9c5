import { defineConfig, devices } from "@playwright/test";
import { BROWSER_ARGS, likelyChromium } from "./scripts/chromium.mjs";

// `npm test` has found one that starts, and named it in CHROMIUM_PATH.
const executablePath = likelyChromium();

/** What looks at time, or at memory, has the machine to itself; so has what runs `next dev`, of which a folder can have one. */
const ALONE =
  /\/(bodies|deploy|going-down|hub-(browser|durable|folder|kills|lost|own-tokens|playground|proxy|slow|wire)|limits|next-addresses|page|page-(back|dev|seed)|start|wire)\.spec\.ts$/;

export default defineConfig({
  testDir: "e2e",
  // `npm test` runs one after the other: the first with as many workers as there are cores to keep busy.
  projects: [
    { name: "together", testIgnore: ALONE },
    { name: "alone", testMatch: ALONE },
  ],
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
