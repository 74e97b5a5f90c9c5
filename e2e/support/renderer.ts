import type { Page } from "@playwright/test";

const BUSY_MS = 400;

/**
 * Returns the id of the process that runs the page. It is the process that is busy when the page is busy.
 * A headless browser freezes no tab, even if it is asked to over CDP. But a process can be stopped. Then no code of the page runs, its lock
 * stays locked, and incoming data waits.
 * @throws Error if the browser names no processes
 */
export async function rendererOf(page: Page): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("the context has no browser");
  const session = await browser.newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return new Map(processInfo.map(({ type, id, cpuTime }) => [id, { type, cpuTime }]));
  };
  const before = await times();
  await page.evaluate((ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }, BUSY_MS);
  const after = await times();
  await session.detach();
  const [busiest] = [...after]
    .filter(([, { type }]) => type === "renderer")
    .map(([id, { cpuTime }]) => ({ id, spent: cpuTime - (before.get(id)?.cpuTime ?? 0) }))
    .sort((a, b) => b.spent - a.spent);
  if (busiest === undefined) throw new Error("the browser has no renderers");
  return busiest.id;
}
