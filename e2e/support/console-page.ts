import type { Locator, Page } from "@playwright/test";
import { test as base, expect } from "./live-page.ts";

/** One stream on the console, as its reader sees it. */
export interface ConsoleStream {
  readonly panel: Locator;
  readonly status: Locator;
  /** The notice about a lost connection, or about the history. */
  readonly notice: Locator;
  readonly list: Locator;
  /** The rows that are drawn. */
  readonly rows: Locator;
  readonly events: Locator;
  readonly filter: Locator;
  readonly detail: Locator;
  button(name: string): Locator;
  /** The texts of the drawn rows, without the hub's own events and the changes of the connection. */
  texts(): Promise<string[]>;
}

export interface ConsolePage {
  readonly streams: Locator;
  /** Finds a stream by the matchers that it subscribes to. */
  stream(name?: string | RegExp): ConsoleStream;
  readonly publish: Locator;
  readonly answer: Locator;
}

function consolePage(page: Page): ConsolePage {
  const streams = page.locator("#console-streams");
  return {
    streams,
    stream(name = "* (every topic)") {
      const panel = streams.getByRole("region", { name });
      const rows = panel.getByRole("option");
      return {
        panel,
        status: panel.locator("header").getByRole("status"),
        notice: panel.locator("[data-notice]"),
        list: panel.getByRole("listbox"),
        rows,
        events: panel.locator("[data-figure=events]"),
        filter: panel.getByRole("searchbox", { name: "Filter" }),
        detail: panel.getByRole("region", { name: "The selected event" }),
        button: (button) => panel.getByRole("button", { name: button, exact: true }),
        texts: () =>
          panel
            .locator("[role=option][data-kind=message]:not([data-own]) [data-text]")
            .allTextContents(),
      };
    },
    publish: page.getByRole("tabpanel", { name: "Publish" }),
    answer: page.locator("[data-answer]"),
  };
}

/** Gives each test the production server and its console. Asserts that the test leaves nothing open and violates no policy. */
export const test = base.extend<{ hub: ConsolePage }>({
  hub: async ({ page }, use) => use(consolePage(page)),
});

export { expect };
