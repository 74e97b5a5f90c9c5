import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The narrowest width of WCAG 1.4.10 (reflow), which is also 1280 pixels at 400 %.
export const SIZES = { phone: { width: 320, height: 640 }, desktop: { width: 1280, height: 800 } };

/** The looks in which each page is checked. */
export const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) =>
  (["phone", "desktop"] as const).map((size) => ({
    name: `${colorScheme}, ${size}`,
    colorScheme,
    size,
  })),
);

export type Look = (typeof LOOKS)[number];

export async function look(page: Page, { colorScheme, size }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(SIZES[size]);
}

/** Asserts that axe finds no fault with the page as it is now, and that nothing on it is wider than the screen. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // Evaluated, not added as a script: the page's policy would block a script.
  await page.evaluate(AXE);
  const faults = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' ')))",
  );
  expect(faults, state).toEqual([]);
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  expect(over, `${state}: wider than the screen`).toBe(0);
}
