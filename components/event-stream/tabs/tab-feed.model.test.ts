import { expect, test } from "vitest";
import { FakeBrowser, seeded } from "./testing/browser.ts";
import { FakeHub } from "./testing/hub.ts";
import { FakePage } from "./testing/page.ts";

/** How many schedules are tried: more in a longer run. */
const SCHEDULES = 150;
const FIRST_SEED = 1;

/** A browser full of tabs to which things happen by chance. */
class Schedule {
  readonly random: () => number;
  readonly browser: FakeBrowser;
  readonly hub = new FakeHub();
  pages: FakePage[] = [];
  readonly trace: string[] = [];

  constructor(seed: number) {
    this.random = seeded(seed);
    this.browser = new FakeBrowser(this.random);
    this.browser.lossy = this.random() < 0.2 ? 0.02 : 0;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.random() * from.length)];
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  openTab(): void {
    const page = new FakePage(this.browser.open(), this.hub);
    page.tab.visible = this.chance(0.7);
    this.pages.push(page);
    const { head } = this.hub;
    const after = this.chance(0.5)
      ? undefined
      : Math.max(this.hub.floor, head - Math.floor(this.random() * (this.chance(0.5) ? 4 : 40)));
    page.start(after);
  }

  act(): string {
    const page = this.pick(this.pages);
    const name = (word: string) => `${word} ${page ? this.pages.indexOf(page) : "-"}`;
    const dice = this.random() * 100;
    if (dice < 30) {
      for (let n = this.random() * 5; n > 0; n -= 1) this.hub.publish();
      return `publish ..${this.hub.head}`;
    }
    if (dice < 38) {
      for (let n = this.random() * 5; n > 0; n -= 1) this.hub.publish(false);
      return `others publish ..${this.hub.head}`;
    }
    if (dice < 40) {
      for (let n = this.random() * 300; n > 0; n -= 1) this.hub.publish(this.chance(0.5));
      return `burst ..${this.hub.head}`;
    }
    if (dice < 50) {
      if (this.pages.length < 7) this.openTab();
      return "open";
    }
    if (page === undefined) return "nothing";
    if (dice < 55) {
      if (page.tab.state !== "running") return "nothing";
      page.stop();
      this.pages = this.pages.filter((one) => one !== page);
      return name("close");
    }
    if (dice < 60) {
      if (page.tab.state !== "running") return "nothing";
      if (page.running) page.stop();
      else page.resume();
      return name(page.running ? "resume" : "pause");
    }
    if (dice < 63) {
      this.kill(page);
      return name("kill");
    }
    if (dice < 73) {
      page.tab.freeze();
      return name("freeze");
    }
    if (dice < 83) {
      page.tab.thaw();
      return name("thaw");
    }
    if (dice < 92) {
      const feed = this.pick([...this.hub.connections]);
      feed?.cut();
      return "cut";
    }
    if (dice < 94) {
      this.hub.down = !this.hub.down;
      return `down ${this.hub.down}`;
    }
    if (dice < 97) {
      page.tab.visible = !page.tab.visible;
      if (page.tab.visible && page.tab.state === "running" && page.running) page.feed.hurry();
      return name("show or hide");
    }
    return "nothing";
  }

  kill(page: FakePage): void {
    page.tab.kill();
    for (const feed of this.hub.connections) if (feed.tab === page.tab) feed.stop();
    this.pages = this.pages.filter((one) => one !== page);
  }

  /** All that froze thaws, all that paused goes on, and there is time for everything to come. */
  async settle(): Promise<void> {
    this.browser.lossy = 0;
    this.hub.down = false;
    for (const page of this.pages) {
      page.tab.thaw();
      page.tab.visible = true;
      await this.browser.advance(2_000);
      if (!page.running) page.resume();
    }
    for (let n = 0; n < 6; n += 1) {
      await this.browser.advance(30_000);
      if (n !== 4) this.hub.publish();
      if (n === 4) this.hub.publish(false);
    }
    await this.browser.advance(30_000);
  }

  check(): void {
    for (const [index, page] of this.pages.entries()) {
      const events = this.hub.events();
      const { told, from } = page;
      const first = told[0];
      const start = first === undefined ? events.length : events.indexOf(Number(first));
      const due = events.findIndex((position) => position > (from ?? Number.POSITIVE_INFINITY));
      expect(told, `page ${index}`).toEqual(events.slice(start));
      // `from` is where it was asked to go on, or where all were by the time it was open: more than that may be told.
      expect(start, `page ${index} from ${from}`).toBeLessThanOrEqual(due);
    }
    expect(this.hub.connections.size).toBe(this.pages.length === 0 ? 0 : 1);
  }
}

async function runSchedule(seed: number): Promise<void> {
  const schedule = new Schedule(seed);
  const { browser, trace, random } = schedule;
  try {
    for (let n = 0; n < 5; n += 1) schedule.hub.publish(schedule.chance(0.5));
    for (let n = 10 + random() * 40; n > 0; n -= 1) {
      trace.push(`${browser.now} ${schedule.act()}`);
      await browser.advance(random() < 0.5 ? random() * 50 : random() * 8_000);
    }
    trace.push(`${browser.now} settle`);
    await schedule.settle();
    schedule.check();
    for (const page of schedule.pages) page.stop();
    await browser.advance(1_000);
    expect(schedule.hub.connections.size, "connections").toBe(0);
    expect(browser.leftovers, "locks, channels and timers").toBe(0);
  } catch (error) {
    throw new Error(`seed ${seed}:\n${trace.join("\n")}\n${error}`, { cause: error });
  }
}

test("whatever happens to tabs and connections, each tab is told each event once, in order, over one connection", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed += 1) await runSchedule(seed);
});
